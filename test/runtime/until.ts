import { setImmediate as letOthersRun } from 'node:timers/promises'

/** Lets everything else run until something holds; fails when it never does. */
export async function until(holds: () => boolean, turns = 2_000): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (holds()) return
    await letOthersRun()
  }
  throw new Error(`it never came to ${String(holds)}`)
}

/** Lets everything that can happen without a clock happen. */
export async function quiet(turns = 50): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await letOthersRun()
}
