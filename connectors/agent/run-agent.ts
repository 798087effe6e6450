import { systemClock, systemRandom } from '../../src/contract/system.ts'
import { Agent } from './agent.ts'
import type { AgentOptions } from './agent-options.ts'
import type { AgentProgress } from './agent-progress.ts'
import { agentRules } from './agent-rules.ts'
import { makeStateFolder, OffsetsFile } from './offsets-file.ts'
import { lockState } from './state-lock.ts'

/**
 * Tails files and sends what is appended to them, until it is told to stop. At least once: an offset is written down
 * only when all before it has arrived, so a kill at any moment loses nothing, and may repeat the last records.
 *
 * Resolves with what it did. Rejects with `OPTION_INVALID`, `STATE_IN_USE`, `OFFSETS_CORRUPT`, `STORE_FAILED`,
 * `INPUT_INVALID` at a bad record that is not set aside, `FILE_UNREADABLE` at the end of `until: 'caught-up'`, and with
 * what `put` rejects with, unless that is an error that may pass: then it tries again, for ever without `until`.
 *
 * @example
 * const { mkdtempSync, writeFileSync } = await import('node:fs')
 * const folder = mkdtempSync('/tmp/millrace-example-')
 * writeFileSync(`${folder}/a.log`, 'one\ntwo\n')
 * const sent: string[] = []
 * const { records } = await runAgent({
 *   files: [`${folder}/*.log`],
 *   destination: 'a list',
 *   put: async (records) => sent.push(...records.map(({ data }) => String(data))),
 *   state: `${folder}/state`,
 *   until: 'caught-up',
 * })
 * records // 2
 * sent // ['one', 'two']
 */
export async function runAgent(options: AgentOptions): Promise<AgentProgress> {
  const rules = agentRules(options)
  await makeStateFolder(options.state)
  const unlock = lockState(options.state)
  try {
    const offsets = new OffsetsFile(options.state, options.destination)
    const known = await offsets.read()
    return await new Agent(
      { clock: systemClock, random: systemRandom, ...options },
      rules,
      offsets,
      known,
    ).run()
  } finally {
    unlock()
  }
}
