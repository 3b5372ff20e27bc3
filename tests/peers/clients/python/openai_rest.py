"""openai: embeddings, sound, and the list of models."""

import io
import math
import unittest

import openai

from openai_chat import async_client, client
from places import KEY, NARROW_KEY, OPENAI, arrived, run

PACKAGES = ["openai"]
EMBEDDING = "openai/text-embedding-3-small"


class Embeddings(unittest.TestCase):
    def test_vectors_come_as_base64_unless_asked_otherwise(self):
        by_default = client().embeddings.create(model=EMBEDDING, input="alpha beta")
        as_floats = client().embeddings.create(model=EMBEDDING, input="alpha beta", encoding_format="float")
        (one,), (other,) = by_default.data, as_floats.data
        self.assertEqual(len(one.embedding), 64)
        self.assertAlmostEqual(math.dist(one.embedding, other.embedding), 0, places=6)
        self.assertAlmostEqual(math.hypot(*one.embedding), 1, places=5)
        self.assertGreater(by_default.usage.prompt_tokens, 0)

    def test_base64_itself_is_given_on_demand(self):
        answer = client().embeddings.create(model=EMBEDDING, input="alpha", encoding_format="base64")
        self.assertIsInstance(answer.data[0].embedding, str)

    def test_many_texts_keep_their_order(self):
        texts = [f"text {number}" for number in range(40)]
        many = client().embeddings.create(model=EMBEDDING, input=texts, dimensions=16)
        self.assertEqual([item.index for item in many.data], list(range(40)))
        one = client().embeddings.create(model=EMBEDDING, input=texts[7], dimensions=16)
        self.assertAlmostEqual(math.dist(many.data[7].embedding, one.data[0].embedding), 0, places=6)

    def test_tokens_are_embedded_too(self):
        answer = client().embeddings.create(model=EMBEDDING, input=[[1, 2, 3], [4, 5]])
        self.assertEqual(len(answer.data), 2)

    def test_embeddings_are_made_asynchronously(self):
        async def ask():
            async with async_client() as client:
                return await client.embeddings.create(model=EMBEDDING, input=["a", "b"])

        self.assertEqual(len(run(ask()).data), 2)


class Sound(unittest.TestCase):
    def recording(self):
        return ("hello.wav", io.BytesIO(b"RIFF" + bytes(48_000)), "audio/wav")

    def transcribe(self, **more):
        return client().audio.transcriptions.create(
            model="openai/whisper-1", file=self.recording(), **more
        )

    def test_a_recording_is_transcribed(self):
        self.assertEqual(self.transcribe().text, "The recording hello.wav has 48004 bytes.")

    def test_each_format_of_a_transcript_is_given(self):
        for kind, begin in [("text", "The recording"), ("srt", "1\n"), ("vtt", "WEBVTT")]:
            self.assertTrue(self.transcribe(response_format=kind).startswith(begin), kind)
        verbose = self.transcribe(
            response_format="verbose_json", timestamp_granularities=["word", "segment"], language="en"
        )
        self.assertGreater(float(verbose.duration), 0)
        # Older versions know no type for a word.
        word = verbose.words[0]
        self.assertEqual(word["word"] if isinstance(word, dict) else word.word, "The")
        self.assertTrue(verbose.segments)

    def test_speech_is_spoken_whole_and_in_pieces(self):
        for kind, begin in [("mp3", b"ID3"), ("wav", b"RIFF")]:
            wish = dict(model="openai/tts-1", voice="alloy", input="Hello", response_format=kind)
            whole = client().audio.speech.create(**wish).content
            self.assertTrue(whole.startswith(begin), kind)
            with client().audio.speech.with_streaming_response.create(**wish) as answer:
                self.assertEqual(b"".join(answer.iter_bytes()), whole)

    def test_a_missing_voice_is_refused(self):
        with self.assertRaises(openai.BadRequestError):
            client().audio.speech.create(model="openai/tts-1", input="", voice="alloy")


class Moderations(unittest.TestCase):
    def test_texts_are_judged(self):
        answer = client().moderations.create(model="openai/omni-moderation-latest", input=["one", "two"])
        self.assertEqual(len(answer.results), 2)
        self.assertIsInstance(answer.results[0].flagged, bool)


class Models(unittest.TestCase):
    def test_routes_and_models_are_listed(self):
        names = [model.id for model in client().models.list()]
        self.assertIn("gpt-4-turbo", names)
        self.assertIn(OPENAI, names)
        self.assertEqual(client().models.retrieve(OPENAI).id, OPENAI)

    def test_a_key_sees_what_it_may_use(self):
        narrow = client().with_options(api_key=NARROW_KEY)
        providers = {model.id.split("/")[0] for model in narrow.models.list() if "/" in model.id}
        self.assertEqual(providers, {"openai"})

    def test_what_is_not_there_is_told(self):
        with self.assertRaises(openai.NotFoundError):
            client().models.retrieve("openai/none-such")

    def test_the_gateways_key_stays_with_the_gateway(self):
        client().embeddings.create(model=EMBEDDING, input="a")
        self.assertNotIn(KEY, str(arrived()))
