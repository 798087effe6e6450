import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commandLine } from '../../src/cli/command-line.ts'
import { FakeEnvironment } from './fake-environment.ts'
import { noServices } from './no-services.ts'

const page = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')

const commands = [
  ...['run', 'plan', 'local', 'put', 'tail', 'agent', 'consumers ls', 'consumers remove'],
  ...['savepoint make', 'savepoint ls', 'savepoint rm'],
  ...['quarantine ls', 'quarantine show', 'quarantine retry', 'quarantine drop'],
  ...['checkpoints ls', 'checkpoints show', 'checkpoints verify', 'checkpoints diff'],
]

describe.each(commands)('millrace %s', (command) => {
  const [section = ''] = page.split(`\n## millrace ${command}\n`)[1]?.split('\n## ') ?? []

  it('has every option of its help in the documentation, and no other', async () => {
    const environment = new FakeEnvironment()
    expect(await commandLine([...command.split(' '), '--help'], environment, noServices)).toBe(0)
    const options = new Set(environment.out.match(/^ {2}--[a-z]+/gm)?.map((option) => option.trim()))
    const documented = new Set(section.match(/(?<=^\|.*`)--[a-z]+/gm))
    const everywhere = ['--verbose']
    for (const option of everywhere) documented.add(option)
    expect([...documented].toSorted()).toEqual([...options].toSorted())
  })
})
