import type { Filed } from '../filed.ts'
import type { SetAside } from '../files/state-file.ts'
import type { FiledValues } from '../layered-keyed-state.ts'
import type { Slices } from '../slices.ts'
import { FiledOnDisk, namespaceOf } from './filed-on-disk.ts'
import { FilesAside } from './files-aside.ts'
import { RecordLog } from './record-log.ts'

/** A log that has outgrown what is of use in it by less than this is left alone. */
const spareBytes = 32 * 2 ** 20

/** Values in one log on disk for all namespaces. */
export class DiskValues<V> implements FiledValues<V> {
  readonly usedKeys: number
  readonly #log: RecordLog
  readonly #unpack: (packed: Uint8Array) => V
  readonly #namespaces = new Map<number, FiledOnDisk<V>>()
  readonly #folder: string
  #aside: FilesAside | undefined

  /** @param signal The end: then the files are gone. */
  constructor(folder: string, usedKeys: number, unpack: (packed: Uint8Array) => V, signal: AbortSignal) {
    this.usedKeys = usedKeys
    this.#folder = folder
    this.#log = new RecordLog(folder)
    this.#unpack = unpack
    const close = () => {
      this.#log.close()
      this.taken()
    }
    signal.addEventListener('abort', close, { once: true })
  }

  readonly setAside: SetAside = (content) => {
    this.#aside ??= new FilesAside(this.#folder)
    return this.#aside.add(content)
  }

  taken(): void {
    this.#aside?.close()
    this.#aside = undefined
  }

  open(namespace: number): Filed<V> {
    const filed = new FiledOnDisk(namespace, this.#log, this.#unpack)
    this.#namespaces.set(namespace, filed)
    return filed
  }

  async tidy(slices: Slices): Promise<void> {
    for (;;) {
      const { bytes, liveBytes } = this.#log.size
      if (bytes <= 3 * liveBytes + spareBytes || !(await this.#emptyOne(slices))) return
    }
  }

  /** Moves what is still of use out of a segment that has little of it. Whether there was one. */
  async #emptyOne(slices: Slices): Promise<boolean> {
    let found = false
    for (const { high, low, record } of this.#log.worthEmptying()) {
      found = true
      this.#namespaces.get(namespaceOf(record))?.move({ high, low }, record)
      const pause = slices.entry(record.length)
      if (pause !== undefined) await pause
    }
    return found
  }
}
