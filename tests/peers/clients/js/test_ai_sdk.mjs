// The AI SDK, with its providers for OpenAI, Anthropic and whoever is compatible.

import assert from 'node:assert/strict'
import { test } from 'node:test'

import * as ai from 'ai'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { z } from 'zod'

import { CHATS, GATEWAY, KEY, each, fresh, said } from './places.mjs'

const { generateObject, generateText, streamObject, streamText, tool } = ai
const baseURL = `${GATEWAY}/v1`
const openai = createOpenAI({ baseURL, apiKey: KEY, compatibility: 'strict' })
const anthropic = createAnthropic({ baseURL, apiKey: KEY })
const compatible = createOpenAICompatible({
  name: 'jackfield',
  baseURL,
  headers: { Authorization: `Bearer ${KEY}` },
  includeUsage: true,
  supportsStructuredOutputs: true,
})

// Each model of each provider, through each of its ways to chat.
const ways = {
  'openai.chat': (id) => openai.chat(id),
  anthropic: (id) => anthropic(id),
  compatible: (id) => compatible.chatModel(id),
}
if (openai.responses) ways['openai.responses'] = (id) => openai.responses(id)
const MODELS = Object.entries(ways).flatMap(([way, make]) =>
  CHATS.map((id) => Object.assign(make(id), { label: `${way}(${id})` })),
)

// Names have changed from version to version.
const old = !ai.stepCountIs
const steps = (count) => (old ? { maxSteps: count } : { stopWhen: ai.stepCountIs(count) })
const output = (usage) => usage.outputTokens ?? usage.completionTokens
const schema = z.object({ city: z.string() })
const tools = {
  weather: tool({
    description: 'Tells the weather.',
    parameters: schema,
    inputSchema: schema,
    execute: async ({ city }) => `It rains in ${city}.`,
  }),
}

each(MODELS, 'text is generated', async (model) => {
  const { text, finishReason, usage } = await generateText({ model, prompt: 'Hello', maxRetries: 0 })
  said(text, 'Hello')
  assert.equal(finishReason, 'stop')
  assert.equal(output(usage), 50)
})

each(MODELS, 'text is streamed', async (model) => {
  const result = streamText({ model, prompt: 'Hello', maxRetries: 0, onError: () => {} })
  let text = ''
  let pieces = 0
  for await (const piece of result.textStream) {
    text += piece
    pieces++
  }
  said(text, 'Hello')
  assert.ok(pieces > 20)
  assert.equal(await result.finishReason, 'stop')
  // In its first versions this one doesn't ask for it.
  if (!old || !model.label.startsWith('compatible')) assert.equal(output(await result.usage), 50)
})

each(MODELS, 'tools are called until there is an answer', async (model) => {
  const { text, steps: taken } = await generateText({ model, prompt: 'call the tool', tools, ...steps(3), maxRetries: 0 })
  assert.match(text, /It rains in sample\./)
  assert.equal(taken.length, 2)
})

each(MODELS, 'tools are called from a stream', async (model) => {
  const result = streamText({ model, prompt: 'call the tool', tools, ...steps(3), maxRetries: 0, onError: () => {} })
  let text = ''
  for await (const piece of result.textStream) text += piece
  assert.match(text, /It rains in sample\./)
})

each(MODELS, 'objects are generated and streamed', async (model) => {
  const Capital = z.object({ country: z.string(), inhabitants: z.number() })
  // Where a model's name isn't known to have schemas, the oldest use a tool.
  const { object } = await generateObject({ model, schema: Capital, prompt: 'Hello', maxRetries: 0 })
  assert.equal(typeof object.country, 'string')
  const stream = streamObject({ model, schema: Capital, prompt: 'Hello', maxRetries: 0, onError: () => {} })
  for await (const _ of stream.partialObjectStream);
  assert.deepEqual(await stream.object, object)
})

test('texts are embedded', async () => {
  for (const provider of [openai, compatible]) {
    const model = provider.textEmbeddingModel('openai/text-embedding-3-small')
    const { embedding } = await ai.embed({ model, value: 'alpha' })
    assert.equal(embedding.length, 64)
    const { embeddings } = await ai.embedMany({ model, values: ['beta', 'alpha'] })
    assert.deepEqual(embeddings[1], embedding)
  }
})

test('errors are told with their status, and tried again where that helps', async () => {
  for (const way of Object.values(ways)) {
    for (const provider of ['openai', 'anthropic']) {
      for (const [status, again] of [[400, false], [429, true]]) {
        const model = way(fresh(`status-${status}`, provider))
        await assert.rejects(generateText({ model, prompt: 'Hello', maxRetries: 0 }), (error) => {
          assert.equal(error.statusCode, status)
          assert.equal(error.isRetryable, again)
          assert.match(error.message, /asks for status/)
          return true
        })
      }
    }
  }
})

test('sound is transcribed and spoken, where the client can', async (t) => {
  if (!ai.transcribe || !ai.generateSpeech) return t.skip('it can not')
  const heard = await ai.transcribe({ model: openai.transcription('openai/whisper-1'), audio: Buffer.alloc(48_000) })
  assert.match(heard.text, /has 48000 bytes/)
  const { audio } = await ai.generateSpeech({ model: openai.speech('openai/tts-1'), text: 'Hello' })
  assert.equal(Buffer.from(audio.uint8Array).subarray(0, 3).toString(), 'ID3')
})
