/** Seeds of `run-seeds.ts` that failed once, and why. They are run for ever. */
export const failedSeeds: ReadonlyMap<number, string> = new Map([
  [4, 'a run that slept published an epoch that others had published and deleted meanwhile'],
  [143, 'a checkpoint was torn while two processes ran'],
  [709_835, 'a child of which nothing was read expired while the job was away, and nothing told of it'],
  [708_516, 'an answer that a process read after it had slept passed for as young as that moment'],
  [721_568_616, 'a part was deleted once more, long after the answer, when there was such a part again'],
])
