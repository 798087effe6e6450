import { type ColumnWriter, refuse } from './column-writer.ts'
import { bytesOf, grown } from './growing.ts'

/** A run that says which rows are not null, and the runs of what it is about, with something in place of null. */
export class OptionalWriter implements ColumnWriter {
  readonly #of: ColumnWriter
  #present = new Uint8Array(0)
  #rows = 0

  constructor(of: ColumnWriter) {
    this.#of = of
  }

  append(value: unknown): number {
    if (value === null || value === undefined) {
      this.appendNothing()
      return 1
    }
    const size = this.#of.append(value)
    this.#push(1)
    return 1 + size
  }

  appendNothing(): void {
    this.#of.appendNothing()
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#of.truncate(rows)
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#present, this.#rows), ...this.#of.take()]
    this.#rows = 0
    return taken
  }

  #push(present: 0 | 1): void {
    if (this.#rows === this.#present.length) this.#present = grown(this.#present, this.#rows, this.#rows + 1)
    this.#present[this.#rows++] = present
  }
}

/** How many items each row has. Items of a row that is not complete do not count. */
class Lengths {
  #lengths = new Uint32Array(0)
  #rows = 0
  items = 0

  push(length: number): void {
    if (this.#rows === this.#lengths.length) this.#lengths = grown(this.#lengths, this.#rows, this.#rows + 1)
    this.#lengths[this.#rows++] = length
    this.items += length
  }

  truncate(rows: number): void {
    while (this.#rows > rows) this.items -= this.#lengths[--this.#rows] as number
  }

  take(): Uint8Array {
    const taken = bytesOf(this.#lengths, this.#rows)
    this.#rows = 0
    this.items = 0
    return taken
  }
}

export class ListWriter implements ColumnWriter {
  readonly #name: string
  readonly #item: ColumnWriter
  readonly #lengths = new Lengths()

  constructor(name: string, item: ColumnWriter) {
    this.#name = name
    this.#item = item
  }

  append(value: unknown): number {
    if (!Array.isArray(value)) refuse(this.#name, 'an array', value)
    let size = 4
    for (const item of value) size += this.#item.append(item)
    this.#lengths.push(value.length)
    return size
  }

  appendNothing(): void {
    this.#lengths.push(0)
  }

  truncate(rows: number): void {
    this.#lengths.truncate(rows)
    this.#item.truncate(this.#lengths.items)
  }

  take(): Uint8Array[] {
    return [this.#lengths.take(), ...this.#item.take()]
  }
}

export class MapWriter implements ColumnWriter {
  readonly #name: string
  readonly #key: ColumnWriter
  readonly #value: ColumnWriter
  readonly #lengths = new Lengths()

  constructor(name: string, key: ColumnWriter, value: ColumnWriter) {
    this.#name = name
    this.#key = key
    this.#value = value
  }

  append(value: unknown): number {
    const isMap = value instanceof Map
    if (!isMap && !isObject(value)) refuse(this.#name, 'a Map or an object', value)
    const entries = isMap ? [...value] : Object.entries(value)
    let size = 4
    for (const [key, item] of entries) size += this.#key.append(key) + this.#value.append(item)
    this.#lengths.push(entries.length)
    return size
  }

  appendNothing(): void {
    this.#lengths.push(0)
  }

  truncate(rows: number): void {
    this.#lengths.truncate(rows)
    this.#key.truncate(this.#lengths.items)
    this.#value.truncate(this.#lengths.items)
  }

  take(): Uint8Array[] {
    return [this.#lengths.take(), ...this.#key.take(), ...this.#value.take()]
  }
}

export class StructWriter implements ColumnWriter {
  readonly #name: string
  readonly #fields: readonly (readonly [name: string, writer: ColumnWriter])[]

  constructor(name: string, fields: readonly (readonly [string, ColumnWriter])[]) {
    this.#name = name
    this.#fields = fields
  }

  append(value: unknown): number {
    if (!isObject(value)) refuse(this.#name, 'an object', value)
    let size = 0
    for (const [name, writer] of this.#fields) size += writer.append(value[name])
    return size
  }

  appendNothing(): void {
    for (const [, writer] of this.#fields) writer.appendNothing()
  }

  truncate(rows: number): void {
    for (const [, writer] of this.#fields) writer.truncate(rows)
  }

  take(): Uint8Array[] {
    return this.#fields.flatMap(([, writer]) => writer.take())
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
