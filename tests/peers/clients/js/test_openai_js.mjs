// The openai client for JavaScript.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'

import OpenAI, { toFile } from 'openai'
import { zodResponseFormat } from 'openai/helpers/zod'
import { z } from 'zod'

import { ANTHROPIC, CHATS, GATEWAY, KEY, NARROW_KEY, OPENAI, each, fresh, said } from './places.mjs'

const version = JSON.parse(readFileSync(new URL('node_modules/openai/package.json', import.meta.url))).version
// Before, a slash in a model's name made another path of it.
const escapes = Number(version.split('.')[0]) >= 5
const connect = (apiKey) => new OpenAI({ baseURL: `${GATEWAY}/v1`, apiKey, maxRetries: 0 })
const client = connect(KEY)
const helpers = client.chat.completions.parse ? client.chat.completions : client.beta.chat.completions
const messages = [{ role: 'user', content: 'Hello' }]
const city = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
const tools = [{ type: 'function', function: { name: 'weather', description: 'Tells it.', parameters: city } }]
const call = [{ role: 'user', content: 'call the tool' }]

each(CHATS, 'a chat is answered', async (model) => {
  const answer = await client.chat.completions.create({ model, messages })
  said(answer.choices[0].message.content, 'Hello')
  assert.equal(answer.choices[0].finish_reason, 'stop')
  assert.equal(answer.usage.completion_tokens, 50)
})

each(CHATS, 'a stream says what a whole answer says', async (model) => {
  const whole = await client.chat.completions.create({ model, messages })
  const stream = await client.chat.completions.create({
    model,
    messages,
    stream: true,
    stream_options: { include_usage: true },
  })
  let text = ''
  let usage
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? ''
    usage = chunk.usage
  }
  assert.equal(text, whole.choices[0].message.content)
  assert.deepEqual(usage, whole.usage)
})

each(CHATS, 'the stream helper puts an answer together', async (model) => {
  const answer = await helpers.stream({ model, messages }).finalChatCompletion()
  said(answer.choices[0].message.content, 'Hello')
})

each(CHATS, 'a tool is called and its result used', async (model) => {
  const first = await client.chat.completions.create({ model, messages: call, tools })
  const { message, finish_reason } = first.choices[0]
  assert.equal(finish_reason, 'tool_calls')
  assert.deepEqual(JSON.parse(message.tool_calls[0].function.arguments), { city: 'sample' })
  const result = { role: 'tool', tool_call_id: message.tool_calls[0].id, content: 'It rains.' }
  const answer = await client.chat.completions.create({ model, messages: [...call, message, result], tools })
  assert.match(answer.choices[0].message.content, /^The tool returned: It rains\./)
})

each(CHATS, 'the tool runner goes on until there is an answer', async (model) => {
  const runnable = [
    {
      type: 'function',
      function: {
        name: 'weather',
        description: 'Tells it.',
        parameters: city,
        parse: JSON.parse,
        function: ({ city }) => `It rains in ${city}.`,
      },
    },
  ]
  for (const stream of [false, true]) {
    const runner = helpers.runTools({ model, messages: call, tools: runnable, stream })
    assert.match(await runner.finalContent(), /^The tool returned: It rains in sample\./)
  }
})

each(CHATS, 'an answer fits a schema', async (model) => {
  const Capital = z.object({ country: z.string(), inhabitants: z.number() })
  const answer = await helpers.parse({ model, messages, response_format: zodResponseFormat(Capital, 'capital') })
  assert.equal(typeof answer.choices[0].message.parsed.country, 'string')
})

each(client.responses ? CHATS : [], 'the responses API answers, where the client has it', async (model) => {
  const answer = await client.responses.create({ model, input: 'Hello' })
  said(answer.output_text, 'Hello')
  const stream = await client.responses.create({ model, input: 'Hello', stream: true })
  let text = ''
  for await (const event of stream) if (event.type === 'response.output_text.delta') text += event.delta
  assert.equal(text, answer.output_text)
})

test('embeddings are made', async () => {
  const model = 'openai/text-embedding-3-small'
  const made = await client.embeddings.create({ model, input: ['a', 'b'] })
  const floats = await client.embeddings.create({ model, input: ['a', 'b'], encoding_format: 'float' })
  assert.equal(floats.data[1].embedding.length, 64)
  made.data[1].embedding.forEach((value, place) => {
    assert.ok(Math.abs(value - floats.data[1].embedding[place]) < 1e-6)
  })
})

test('a recording is transcribed, and a text spoken', async () => {
  const file = await toFile(Buffer.alloc(48_000), 'hello.wav')
  const heard = await client.audio.transcriptions.create({ model: 'openai/whisper-1', file })
  assert.equal(heard.text, 'The recording hello.wav has 48000 bytes.')
  const sound = await client.audio.speech.create({ model: 'openai/tts-1', voice: 'alloy', input: 'Hello' })
  assert.equal(Buffer.from(await sound.arrayBuffer()).subarray(0, 3).toString(), 'ID3')
})

test('models are listed', async () => {
  const names = []
  for await (const model of client.models.list()) names.push(model.id)
  assert.ok(names.includes(OPENAI))
  if (escapes) assert.equal((await client.models.retrieve(OPENAI)).id, OPENAI)
})

test('each status has its class', async () => {
  const fails = (model, kind, key = KEY) =>
    assert.rejects(connect(key).chat.completions.create({ model, messages }), kind)
  for (const provider of ['openai', 'anthropic']) {
    await fails(fresh('status-400', provider), OpenAI.BadRequestError)
    await fails(fresh('status-429', provider), OpenAI.RateLimitError)
    await fails(fresh('status-500', provider), OpenAI.InternalServerError)
  }
  await fails('nowhere', OpenAI.NotFoundError)
  await fails(OPENAI, OpenAI.AuthenticationError, 'wrong')
  await fails(ANTHROPIC, OpenAI.PermissionDeniedError, NARROW_KEY)
})

test('an error in a stream is raised', async () => {
  for (const provider of ['openai', 'anthropic']) {
    for (const knob of ['error-after-8', 'cut-after-8', 'end-after-8']) {
      const stream = await client.chat.completions.create({ model: fresh(knob, provider), messages, stream: true })
      await assert.rejects(async () => {
        for await (const _ of stream);
      }, OpenAI.APIError, knob)
    }
  }
})

test('the client comes back', async () => {
  const model = fresh('status-429-first-1+retry-after-10ms')
  const answer = await client.chat.completions.create({ model, messages }, { maxRetries: 2 })
  assert.ok(answer.choices.length)
})
