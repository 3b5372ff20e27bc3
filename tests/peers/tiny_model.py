"""Writes a half-megabyte model with random weights.

    tiny_model.py chat|tool|rank OUT.gguf

What it says is noise, but printable noise that ends after a while, so a real
inference server on a small machine can answer with it in milliseconds.

    chat  answers with words and ASCII characters, up to the first full stop
    tool  makes one tool call and ends
    rank  scores a query against a document instead of writing; a qwen3 model,
          because the server loads no scoring head for a llama one

Same kind, same bytes: the random numbers are seeded.

How the noise is steered: a few dimensions of the embeddings are written by
hand, and no layer adds to them, so they reach the output as they were. The
first is the same constant for every token, so a token's output weight there is
its bias. Each of the others is set for the tokens of one rule in `SUCCESSORS`,
and only the token that has to follow them looks at it.
"""

import os
import sys

import gguf
import numpy as np

KINDS = ("chat", "tool", "rank")
WIDTH, LAYERS, HEADS, HIDDEN, CONTEXT = 64, 2, 4, 128, 8192

UNKNOWN, BEGIN, END, START = range(4)
SPECIAL = ["<unk>", "<s>", "<|im_end|>", "<|im_start|>"]
WORDS = ["alpha", "bravo", "delta", "echo", "golf", "hotel", "india", "kilo", "lima"]
CALL, CALL_END = TOOL_TAGS = ["<tool_call>", "</tool_call>"]
NEWLINE = "<0x0A>"
LABELS = ["yes", "no"]

CONSTANT, MARK, CERTAIN = 4.0, 2.0, 20.0
NEVER, SOMETIMES, OFTEN, MOSTLY, ALWAYS = -3.0, 3.0, 3.1, 4.0, 4.5
# (tokens, the token that follows them), one dimension each, from the second on.
SUCCESSORS = [
    ([".", CALL_END], SPECIAL[END]),
    ([CALL], NEWLINE),
]
RESERVED = 1 + len(SUCCESSORS)

# Hermes style: the server recognises the tags and offers tool calling.
TEMPLATE = """\
{%- if tools -%}
<|im_start|>system
These functions exist:
<tools>
{%- for tool in tools %}
{{ tool | tojson }}
{%- endfor %}
</tools>
To call one, write
<tool_call>
{"name": <name>, "arguments": <object>}
</tool_call><|im_end|>
{% endif -%}
{%- for message in messages -%}
{%- if message.role == 'tool' -%}
<|im_start|>user
<tool_response>
{{ message.content }}
</tool_response><|im_end|>
{% elif message.tool_calls -%}
<|im_start|>assistant
{{ message.content or '' }}
{%- for call in message.tool_calls %}
<tool_call>
{"name": "{{ call.function.name }}", "arguments": {{ call.function.arguments | tojson }}}
</tool_call>
{%- endfor -%}
<|im_end|>
{% else -%}
<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
<|im_start|>assistant
{% endif -%}
"""


def vocabulary():
    """Rows of (text, token type, score)."""
    rows = [(SPECIAL[UNKNOWN], gguf.TokenType.UNKNOWN, 0.0)]
    rows += [(text, gguf.TokenType.CONTROL, 0.0) for text in SPECIAL[1:]]
    # One token a byte, so that any prompt can be tokenised.
    rows += [(f"<0x{byte:02X}>", gguf.TokenType.BYTE, 0.0) for byte in range(256)]
    rows += [(chr(code), gguf.TokenType.NORMAL, -1.0) for code in range(33, 127)]
    rows += [("\u2581", gguf.TokenType.NORMAL, -2.0)]
    rows += [
        (f"\u2581{word}", gguf.TokenType.NORMAL, -3.0 - rank)
        for rank, word in enumerate(WORDS)
    ]
    rows += [(tag, gguf.TokenType.USER_DEFINED, 0.0) for tag in TOOL_TAGS]
    return rows


def bias(text, token_type, kind):
    if text in TOOL_TAGS:
        if kind != "tool":
            return NEVER
        # The end tag ranks below the start tag, because only the start may
        # come unasked, and above the characters that would spell it out.
        return ALWAYS if text == CALL else MOSTLY
    if text == ".":
        return OFTEN
    return SOMETIMES if token_type == gguf.TokenType.NORMAL else NEVER


def steer(embedding, output, rows, kind):
    """Writes the reserved dimensions."""
    token_of = {text: token for token, (text, _, _) in enumerate(rows)}
    embedding[:, :RESERVED] = 0
    output[:, :RESERVED] = 0
    embedding[:, 0] = CONSTANT
    output[:, 0] = [bias(text, token_type, kind) for text, token_type, _ in rows]
    for dimension, (tokens, successor) in enumerate(SUCCESSORS, start=1):
        for text in tokens:
            embedding[token_of[text], dimension] = MARK
        output[token_of[successor], dimension] = CERTAIN


def tensors(rows, kind):
    """Yields (name, array) of every weight."""
    random = np.random.default_rng(20)

    def noise(*shape, scale=0.05):
        return (random.standard_normal(shape) * scale).astype(np.float32)

    def keeps_reserved(matrix):
        matrix[:RESERVED, :] = 0
        return matrix

    embedding = noise(len(rows), WIDTH)
    output = noise(len(rows), WIDTH, scale=0.15)
    steer(embedding, output, rows, kind)
    yield "token_embd.weight", embedding
    yield "output_norm.weight", np.ones(WIDTH, np.float32)
    yield "output.weight", output
    if kind == "rank":
        yield "cls.output.weight", noise(len(LABELS), WIDTH)
    for layer in range(LAYERS):
        prefix = f"blk.{layer}."
        yield prefix + "attn_norm.weight", np.ones(WIDTH, np.float32)
        for name in ("attn_q", "attn_k", "attn_v"):
            yield f"{prefix}{name}.weight", noise(WIDTH, WIDTH)
        if kind == "rank":
            yield prefix + "attn_q_norm.weight", np.ones(WIDTH // HEADS, np.float32)
            yield prefix + "attn_k_norm.weight", np.ones(WIDTH // HEADS, np.float32)
        yield prefix + "attn_output.weight", keeps_reserved(noise(WIDTH, WIDTH))
        yield prefix + "ffn_norm.weight", np.ones(WIDTH, np.float32)
        for name in ("ffn_gate", "ffn_up"):
            yield f"{prefix}{name}.weight", noise(HIDDEN, WIDTH)
        yield prefix + "ffn_down.weight", keeps_reserved(noise(WIDTH, HIDDEN))


def describe(writer, rows, kind):
    writer.add_name(f"tiny-{kind}")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_rope_dimension_count(WIDTH // HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(rows))
    writer.add_tokenizer_model("llama")
    writer.add_token_list([text.encode() for text, _, _ in rows])
    writer.add_token_types([token_type for _, token_type, _ in rows])
    writer.add_token_scores([score for _, _, score in rows])
    writer.add_unk_token_id(UNKNOWN)
    writer.add_bos_token_id(BEGIN)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(True)
    writer.add_add_space_prefix(False)
    writer.add_chat_template(TEMPLATE)
    if kind == "rank":
        writer.add_pooling_type(gguf.PoolingType.RANK)
        writer.add_classifier_output_labels(LABELS)


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    kind, target = sys.argv[1:]
    rows = vocabulary()
    unfinished = target + ".new"
    writer = gguf.GGUFWriter(unfinished, "qwen3" if kind == "rank" else "llama")
    describe(writer, rows, kind)
    for name, array in tensors(rows, kind):
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(unfinished, target)


if __name__ == "__main__":
    main()
