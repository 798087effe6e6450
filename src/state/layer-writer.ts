import type { StoredFile, WriteFile } from '../contract/snapshot.ts'
import type { EntryScan } from './files/entry-scan.ts'
import type { StateEntry } from './files/state-entry.ts'
import type { StateFileHeader } from './files/state-file-format.ts'
import { StateFileWriter } from './files/state-file-writer.ts'
import type { Layer } from './layer.ts'

/** The memory for a file. */
const capacity = 8 * 2 ** 20
/** A file that has grown to this is ended: before what it ends with would need more memory. */
const fileBytes = capacity - 256 * 1024

/** Writes the files of one layer. Entries come in ascending order of their key groups. */
export class LayerWriter {
  readonly #header: StateFileHeader
  readonly #write: WriteFile
  readonly #files: StoredFile[] = []
  readonly #namespaces = new Set<number>()
  #entries = 0
  #writer: StateFileWriter | undefined

  constructor(header: StateFileHeader, write: WriteFile) {
    this.#header = header
    this.#write = write
  }

  /** Settles when the next entry may come; `undefined` if that is now. */
  add(group: number, entry: StateEntry): Promise<void> | undefined {
    this.#writer ??= this.#newFile()
    this.#writer.add(group, entry)
    this.#entries += 1
    return this.full()
  }

  /** Adds an entry of another file as it is. Call {@link full} from time to time. */
  copy(group: number, entry: EntryScan): void {
    this.#writer ??= this.#newFile()
    this.#writer.copy(group, entry)
    this.#entries += 1
  }

  /** Ends the file if it is large enough. Settles when the next entry may come; `undefined` if that is now. */
  full(): Promise<void> | undefined {
    const writer = this.#writer
    return writer === undefined || writer.sizeBytes < fileBytes ? undefined : this.#endFile(writer)
  }

  /** `undefined` if there is nothing to say. */
  async end(): Promise<Layer | undefined> {
    if (this.#header.dropped.length > 0 && this.#files.length === 0) {
      this.#writer ??= this.#newFile()
    }
    if (this.#writer !== undefined) await this.#endFile(this.#writer)
    if (this.#files.length === 0) return undefined
    return {
      files: this.#files,
      entries: this.#entries,
      sizeBytes: this.#files.reduce((sum, file) => sum + file.sizeBytes, 0),
      namespaces: this.#namespaces,
      dropped: this.#header.dropped,
    }
  }

  /** After one that was full comes one that will be, most likely. */
  #newFile(): StateFileWriter {
    return new StateFileWriter(this.#header, this.#files.length === 0 ? undefined : capacity)
  }

  async #endFile(writer: StateFileWriter): Promise<void> {
    this.#writer = undefined
    for (const namespace of writer.namespaces) this.#namespaces.add(namespace)
    this.#files.push(await this.#write(writer.end()))
  }
}
