import type { Filed } from '../filed.ts'
import type { SetAside } from '../files/state-file.ts'
import type { FiledValues } from '../layered-keyed-state.ts'
import type { Slices } from '../slices.ts'
import { FiledOnDisk } from './filed-on-disk.ts'
import { FilesAside } from './files-aside.ts'
import { RecordLog } from './record-log.ts'

/** A log that has outgrown what is of use in it by less than this is left alone. */
const spareBytes = 16 * 2 ** 20
/** What it costs to forget a record, as {@link Slices} counts. */
const forgetUnits = 4

export interface DiskValuesOptions {
  readonly folder: string
  readonly usedKeys: number
  readonly memoryBytes: number
}

/** Values in one log on disk for all namespaces. */
export class DiskValues<V> implements FiledValues<V> {
  readonly usedKeys: number
  readonly #log: RecordLog
  readonly #unpack: (packed: Uint8Array) => V
  /** By the number that a namespace has in the log. */
  readonly #namespaces = new Map<number, FiledOnDisk<V>>()
  #namespaceCount = 0
  /** Whose records are to be forgotten. */
  #dropped: FiledOnDisk<V>[] = []
  readonly #folder: string
  #aside: FilesAside | undefined

  /** @param signal The end: then the files are gone. */
  constructor(
    { folder, usedKeys, memoryBytes }: DiskValuesOptions,
    unpack: (packed: Uint8Array) => V,
    signal: AbortSignal,
  ) {
    this.usedKeys = usedKeys
    this.#folder = folder
    this.#log = new RecordLog(folder, memoryBytes)
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

  open(): Filed<V> {
    const number = this.#namespaceCount++
    const filed: FiledOnDisk<V> = new FiledOnDisk(number, this.#log, this.#unpack, () => {
      this.#namespaces.delete(number)
      this.#dropped.push(filed)
    })
    this.#namespaces.set(number, filed)
    return filed
  }

  async tidy(slices: Slices): Promise<void> {
    for (;;) {
      await this.#forgetDropped(slices)
      const { bytes, liveBytes } = this.#log.size
      if (bytes <= 2 * liveBytes + spareBytes || !(await this.#emptyOne(slices))) return
    }
  }

  async #forgetDropped(slices: Slices): Promise<void> {
    for (let filed = this.#dropped.pop(); filed !== undefined; filed = this.#dropped.pop()) {
      for (const place of filed.places()) {
        this.#log.forget(place)
        const pause = slices.worked(forgetUnits)
        if (pause !== undefined) await pause
      }
    }
  }

  /** Moves what is still of use out of a segment that has little of it. Whether there was one. */
  async #emptyOne(slices: Slices): Promise<boolean> {
    let found = false
    const emptied = this.#log.empty((place, record, move) =>
      this.#namespaces.get(record.varint())?.moveIfUsed(place, record, move),
    )
    for (const sizeBytes of emptied) {
      found = true
      const pause = slices.worked(sizeBytes)
      if (pause !== undefined) await pause
    }
    return found
  }
}
