import type { Source, SplitEnumerator, SplitReader } from '../../../src/contract/source.ts'

const waiting = new Set<() => void>()

/** Lets all splits fetch once. */
export function fetchOnce(): void {
  for (const resolve of waiting) resolve()
  waiting.clear()
}

/**
 * A source whose splits fetch once for each {@link fetchOnce}. Called for each manifest, there are checkpoints all the
 * time that a job is at work, however fast the machine is.
 */
export function paced<T>(source: Source<T>): Source<T> {
  return {
    description: source.description,
    open: async (context, restored) => {
      context.signal.addEventListener('abort', fetchOnce)
      return pacedSplits(await source.open(context, restored))
    },
  }
}

function pacedSplits<T>(splits: SplitEnumerator<T>): SplitEnumerator<T> {
  return {
    discoverEveryMs: splits.discoverEveryMs,
    discover: () => splits.discover(),
    takeReadable: () => splits.takeReadable(),
    read: (split, position) => pacedReader(splits.read(split, position)),
    finished: (id) => splits.finished(id),
    get exhausted() {
      return splits.exhausted
    },
    snapshot: () => splits.snapshot(),
    close: () => splits.close(),
  }
}

function pacedReader<T>(reader: SplitReader<T>): SplitReader<T> {
  return {
    fetch: async () => {
      await new Promise<void>((resolve) => waiting.add(resolve))
      return reader.fetch()
    },
    close: () => {
      reader.close()
      fetchOnce()
    },
  }
}
