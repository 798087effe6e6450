import type { ErrorCode } from '../../errors.ts'
import type { StateFileHeader } from '../files/state-file-format.ts'
import type { Layer } from '../layer.ts'
import type { MergeOptions } from '../merge-layers.ts'
import type { EntryPieces } from '../packed-entries.ts'

/** A file, which the job's thread has under a number, one after another within a task. */
export interface NumberedFile {
  readonly number: number
  readonly sizeBytes: number
}

export type SentLayer = Omit<Layer, 'files'> & { readonly files: readonly NumberedFile[] }

export type LayerTask =
  | { readonly kind: 'ordered'; readonly pieces: EntryPieces; readonly header: StateFileHeader }
  | { readonly kind: 'merged'; readonly layers: readonly SentLayer[]; readonly options: MergeOptions }

/** What the thread has to do, and what it asked for. */
export type ToThread = { readonly task: number } & (
  | { readonly begin: LayerTask }
  | { readonly call: number; readonly written: NumberedFile }
  | { readonly call: number; readonly read: Uint8Array }
  /** The job's thread knows why. */
  | { readonly call: number; readonly failed: true }
)

/** What the thread asks for, and what has come of a task. */
export type FromThread = { readonly task: number } & (
  | { readonly call: number; readonly write: Uint8Array }
  | { readonly call: number; readonly readFile: number }
  | { readonly done: SentLayer | undefined }
  | { readonly error: SentError }
)

export interface SentError {
  /** `undefined` for an error that is none of ours. */
  readonly code: ErrorCode | undefined
  readonly message: string
  readonly stack: string | undefined
}
