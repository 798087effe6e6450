/** Seeds of `run-seeds.ts` that failed once, and why. They are run for ever. */
export const failedSeeds: ReadonlyMap<number, string> = new Map([
  [4, 'a run that slept published an epoch that others had published and deleted meanwhile'],
  [143, 'a checkpoint was torn while two processes ran'],
  [709_835, 'a child of which nothing was read expired while the job was away, and nothing told of it'],
  [708_516, 'an answer that a process read after it had slept passed for as young as that moment'],
  [721_568_616, 'a part was deleted once more, long after the answer, when there was such a part again'],
  [703_215, 'a run that had been replaced said DATA_LOST for what it had not read itself, as it may'],
  [704_175, 'a run that had been replaced said DATA_LOST for what it had not read itself, as it may'],
  [900_020, 'a clock that was set ahead was passed on by a checkpoint'],
  [800_648, 'a clock that had been set back was set ahead, which a checkpoint passed on'],
  [820_505, 'a clock was set back while records expired, and an event of a subscription told nothing of it'],
  [911_345, 'a clock was set ahead while an answer was on its way, which was then taken for too late'],
  [901_915, 'a child that was in no listing yet was told as lost by a job older than the retention'],
  [1_003_001, 'an event of a subscription that lay there while the process stood still passed for young'],
  [1_007_575, 'a run that went on after a gap was held to have missed what the gap was noted for'],
])
