import { type ColumnWriter, refuse } from './column-writer.ts'
import { bytesOf, grown } from './growing.ts'

/** Each of these is a class of its own, so that its stores are compiled for one kind of array. */

export class Int32Writer implements ColumnWriter {
  readonly #name: string
  #values = new Int32Array(0)
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value !== 'number' || (value | 0) !== value)
      refuse(this.#name, 'an integer from -2^31 to 2^31 - 1', value)
    this.#push(value | 0)
    return 4
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#values, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) this.#values = grown(this.#values, this.#rows, this.#rows + 1)
    this.#values[this.#rows++] = value
  }
}

export class DoubleWriter implements ColumnWriter {
  readonly #name: string
  #values = new Float64Array(0)
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value !== 'number') refuse(this.#name, 'a number', value)
    this.#push(value)
    return 8
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#values, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) this.#values = grown(this.#values, this.#rows, this.#rows + 1)
    this.#values[this.#rows++] = value
  }
}

/** Numbers of 32 bits: what is not one of them becomes the nearest. */
export class FloatWriter implements ColumnWriter {
  readonly #name: string
  #values = new Float32Array(0)
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value !== 'number' || (Number.isFinite(value) && !Number.isFinite(Math.fround(value))))
      refuse(this.#name, 'a number that does not exceed 32 bits', value)
    this.#push(value)
    return 4
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#values, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) this.#values = grown(this.#values, this.#rows, this.#rows + 1)
    this.#values[this.#rows++] = value
  }
}

export class BooleanWriter implements ColumnWriter {
  readonly #name: string
  #values = new Uint8Array(0)
  #rows = 0

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value !== 'boolean') refuse(this.#name, 'true or false', value)
    this.#push(value ? 1 : 0)
    return 1
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#values, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) this.#values = grown(this.#values, this.#rows, this.#rows + 1)
    this.#values[this.#rows++] = value
  }
}

type Integers = Int8Array | Int16Array | Uint8Array | Uint16Array | Uint32Array

/** The integers that have a typed array and are rarer. */
export class IntegerWriter implements ColumnWriter {
  readonly #name: string
  readonly #least: number
  readonly #most: number
  #values: Integers
  #rows = 0

  /** @param none An array without values, of the kind that is to hold them. */
  constructor(name: string, none: Integers, signed: boolean) {
    const bits = 8 * none.BYTES_PER_ELEMENT
    this.#name = name
    this.#values = none
    this.#least = signed ? -(2 ** (bits - 1)) : 0
    this.#most = 2 ** (signed ? bits - 1 : bits) - 1
  }

  append(value: unknown): number {
    const fits = Number.isInteger(value) && this.#least <= Number(value) && Number(value) <= this.#most
    if (!fits) refuse(this.#name, `an integer from ${this.#least} to ${this.#most}`, value)
    this.#push(value as number)
    return this.#values.BYTES_PER_ELEMENT
  }

  appendNothing(): void {
    this.#push(0)
  }

  truncate(rows: number): void {
    this.#rows = rows
  }

  take(): Uint8Array[] {
    const taken = [bytesOf(this.#values, this.#rows)]
    this.#rows = 0
    return taken
  }

  #push(value: number): void {
    if (this.#rows === this.#values.length) this.#values = grown(this.#values, this.#rows, this.#rows + 1)
    this.#values[this.#rows++] = value
  }
}
