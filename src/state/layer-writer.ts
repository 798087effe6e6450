import type { StoredFile, WriteFile } from '../contract/snapshot.ts'
import type { EntryScan } from './files/entry-scan.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import { StateFileWriter } from './files/state-file-writer.ts'
import type { Layer } from './layer.ts'

/** The memory for a file. */
const capacity = 4 * 2 ** 20
/** A file that has grown to this is ended: before what it ends with would need more memory. */
const fileBytes = capacity - 256 * 1024

/** How many files are being written at a time: the next one is made meanwhile. */
const writesAtOnce = 3

/**
 * A layer of what `add` adds; `undefined` if that is nothing, and nothing is dropped. When it has settled, nothing is being
 * written any more, also if it has failed.
 */
export async function writtenLayer(
  header: StateFileHeader,
  write: WriteFile,
  add: (layer: LayerWriter) => Promise<void>,
): Promise<Layer | undefined> {
  const layer = new LayerWriter(header, write)
  try {
    await add(layer)
    return await layer.end()
  } finally {
    await layer.settled()
  }
}

/** Writes the files of one layer. Entries come in ascending order of their key groups. */
export class LayerWriter {
  readonly #header: StateFileHeader
  readonly #write: WriteFile
  readonly #files: Promise<StoredFile>[] = []
  readonly #namespaces = new Set<number>()
  #entries = 0
  #writer: StateFileWriter | undefined

  constructor(header: StateFileHeader, write: WriteFile) {
    this.#header = header
    this.#write = write
  }

  /** Adds an entry of other bytes as it is. Call {@link full} from time to time. */
  copy(group: number, entry: EntryScan): void {
    this.#writer ??= this.#newFile()
    this.#writer.copy(group, entry)
    this.#entries += 1
  }

  /** Ends the file if it is large enough. Settles when the next entry may come; `undefined` if that is now. */
  full(): Promise<unknown> | undefined {
    const writer = this.#writer
    return writer === undefined || writer.sizeBytes < fileBytes ? undefined : this.#endFile(writer)
  }

  /** `undefined` if there is nothing to say. */
  async end(): Promise<Layer | undefined> {
    if (this.#header.dropped.length > 0 && this.#files.length === 0) {
      this.#writer ??= this.#newFile()
    }
    if (this.#writer !== undefined) this.#endFile(this.#writer)
    const files = await Promise.all(this.#files)
    if (files.length === 0) return undefined
    return {
      files,
      entries: this.#entries,
      sizeBytes: files.reduce((sum, file) => sum + file.sizeBytes, 0),
      namespaces: this.#namespaces,
      dropped: this.#header.dropped,
    }
  }

  /** Settles when nothing is being written any more, whatever has come of it. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#files)
  }

  /** After one that was full comes one that will be, most likely. */
  #newFile(): StateFileWriter {
    return new StateFileWriter(this.#header, this.#files.length === 0 ? undefined : capacity)
  }

  /** Settles when there may be another file; `undefined` if that is now. */
  #endFile(writer: StateFileWriter): Promise<unknown> | undefined {
    this.#writer = undefined
    for (const namespace of writer.namespaces) this.#namespaces.add(namespace)
    const writing = this.#write(writer.end())
    // Whoever waits for the files hears of it.
    writing.catch(() => undefined)
    this.#files.push(writing)
    return this.#files.at(-writesAtOnce)
  }
}
