// Where the tests find the gateway: see ../run.sh. The models are those of
// ../python/places.py.

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'

const { GATEWAY, GATEWAY_KEY, NARROW_KEY } = process.env

export { GATEWAY, GATEWAY_KEY as KEY, NARROW_KEY }
export const OPENAI = 'openai/gpt-4o-mini'
export const ANTHROPIC = 'anthropic/claude-haiku-4-5'
export const CHATS = [OPENAI, ANTHROPIC, 'gpt-4', 'gpt-4-turbo']

// Registers a test that runs with each of these models.
export function each(models, name, run) {
  test(name, async () => {
    for (const model of models) {
      try {
        await run(model)
      } catch (error) {
        throw new Error(`with ${label(model)}: ${error.stack}`)
      }
    }
  })
}

const label = (model) => (typeof model === 'string' ? model : model.label)

// That this is what the pretended model says to a prompt.
export function said(text, prompt) {
  assert.ok(text.startsWith(`You said: ${prompt}`), text)
  assert.ok(text.split(' ').length > 40, text)
}

// A model nobody has asked for yet: the upstream counts by name.
export function fresh(knobs, provider = 'openai') {
  const name = provider === 'openai' ? 'gpt-4o-mini' : 'claude-haiku-4-5'
  return `${provider}/${name}-${randomUUID()}+${knobs}`
}
