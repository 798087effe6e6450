import { bytes, type Size } from '../units.ts'

/** Where the values of keyed state lie while a job runs. Checkpoints are the same whichever it is. */
export type StateBackend = { readonly kind: 'memory' } | DiskState

/** Keyed state that may be larger than memory. */
export interface DiskState {
  readonly kind: 'disk'
  /** A folder of this machine for what need not survive the process; `undefined` for the one of the system. */
  readonly folder: string | undefined
  /** How many keys are kept decoded between two checkpoints. When more are used, the next checkpoint comes at once. */
  readonly usedKeys: number
  /** How much of the state of each step stays in memory as bytes. */
  readonly memoryBytes: number
}

/** How keyed state is kept on disk. */
export interface DiskStateOptions {
  /** A folder that is there, on a fast disk of this machine. Default: the folder of the system for temporary files. */
  readonly folder?: string
  /**
   * How many keys are kept decoded between two checkpoints. When more are used, the next checkpoint comes at once.
   * Default 400,000.
   */
  readonly usedKeys?: number
  /**
   * How much of the state of each step stays in memory, as bytes: what was used last. Only what is beyond it is written to the
   * folder. Default `'256MiB'`; 8 MiB of it stay at least.
   */
  readonly memory?: Size
}

/**
 * Keeps state on the heap. The default.
 *
 * @example
 * memoryState().kind // 'memory'
 */
export function memoryState(): StateBackend {
  return { kind: 'memory' }
}

/**
 * Keeps state as bytes, in memory as far as it goes and else in files of this machine. Of what is in files memory has where
 * each value lies, in 15 bytes a key; what has been used since the last checkpoint is there decoded. For state that is larger than
 * memory, or whose garbage collection takes too long. The files are gone with the process: checkpoints are what survives.
 *
 * @throws RangeError for a `memory` that is no size.
 * @example
 * diskState({ usedKeys: 100_000, memory: '64MiB' }).kind // 'disk'
 */
export function diskState({
  folder,
  usedKeys = 400_000,
  memory = '256MiB',
}: DiskStateOptions = {}): StateBackend {
  return { kind: 'disk', folder, usedKeys, memoryBytes: bytes(memory) }
}
