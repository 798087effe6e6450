import { ByteRun } from './byte-run.ts'
import { type ColumnWriter, refuse } from './column-writer.ts'
import { bytesOf, grown } from './growing.ts'

export class TextWriter implements ColumnWriter {
  readonly #name: string
  readonly #run = new ByteRun()

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    const length = typeof value === 'string' ? this.#run.pushText(value) : -1
    if (length < 0) refuse(this.#name, 'a string without lone surrogates', value)
    return 4 + length
  }

  appendNothing(): void {
    this.#run.pushText('')
  }

  truncate(rows: number): void {
    this.#run.truncate(rows)
  }

  take(): Uint8Array[] {
    return this.#run.take()
  }
}

export class BinaryWriter implements ColumnWriter {
  readonly #name: string
  readonly #run = new ByteRun()

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (!(value instanceof Uint8Array)) refuse(this.#name, 'a Uint8Array', value)
    return 4 + this.#run.pushBytes(value)
  }

  appendNothing(): void {
    this.#run.pushText('')
  }

  truncate(rows: number): void {
    this.#run.truncate(rows)
  }

  take(): Uint8Array[] {
    return this.#run.take()
  }
}

/** As many bytes in every row. */
export class FixedWriter implements ColumnWriter {
  readonly #name: string
  readonly #width: number
  #bytes = new Uint8Array(0)
  #rows = 0

  constructor(name: string, width: number) {
    this.#name = name
    this.#width = width
  }

  append(value: unknown): number {
    if (!(value instanceof Uint8Array) || value.length !== this.#width)
      refuse(this.#name, `a Uint8Array of ${this.#width} bytes`, value)
    const at = this.#next()
    this.#bytes.set(value, at)
    return this.#width
  }

  appendNothing(): void {
    const at = this.#next()
    this.#bytes.fill(0, at, at + this.#width)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#bytes, this.#rows * this.#width)]
    this.#rows = 0
    return taken
  }

  /** Where the next row begins. */
  #next(): number {
    const at = this.#rows++ * this.#width
    if (at + this.#width > this.#bytes.length) this.#bytes = grown(this.#bytes, at, at + this.#width)
    return at
  }
}
