// Runs one client's tests and says how many passed:
//
//     report.mjs MODULE PACKAGE...
//
// The packages are those whose versions are told.

import { readFileSync } from 'node:fs'
import { run } from 'node:test'

const [name, ...packages] = process.argv.slice(2)
const versions = packages.map((pack) => {
  const file = new URL(`node_modules/${pack}/package.json`, import.meta.url)
  return `${pack} ${JSON.parse(readFileSync(file)).version}`
})
const counts = { passed: 0, failed: 0, skipped: 0 }

const tests = run({ files: [new URL(`test_${name}.mjs`, import.meta.url).pathname], concurrency: 1 })
tests.on('test:pass', ({ name: title, skip, details }) => {
  if (details.type === 'suite' || title.endsWith('.mjs')) return
  counts[skip === undefined ? 'passed' : 'skipped']++
})
tests.on('test:fail', ({ name: title, details }) => {
  if (details.type === 'suite') return
  counts.failed++
  console.log(`--- ${title}\n${details.error?.cause?.stack ?? details.error?.stack ?? details.error}`)
})
tests.on('test:stderr', ({ message }) => process.stdout.write(message))
tests.on('end', () => {
  const says = [`${counts.passed} passed`]
  if (counts.failed) says.push(`${counts.failed} failed`)
  if (counts.skipped) says.push(`${counts.skipped} not for this version or place`)
  if (!counts.passed && !counts.failed) says.push('there are none')
  console.log(`${name} (${versions.join(', ')}): ${says.join(', ')}`)
  process.exitCode = counts.failed || !counts.passed ? 1 : 0
})
tests.resume()
