import { type ColumnWriter, refuse } from './column-writer.ts'
import { LongRun } from './long-run.ts'

export class Int64Writer implements ColumnWriter {
  readonly #name: string
  readonly #run = new LongRun()

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value === 'number' && Number.isSafeInteger(value)) this.#run.push(value)
    else if (typeof value === 'bigint' && BigInt.asIntN(64, value) === value) this.#run.pushBig(value)
    else {
      const wanted =
        'an integer, as a bigint from -2^63 to 2^63 - 1 or a number that is exact (up to 2^53 - 1)'
      refuse(this.#name, wanted, value)
    }
    return 8
  }

  appendNothing(): void {
    this.#run.push(0)
  }

  truncate(rows: number): void {
    this.#run.truncate(rows)
  }

  take(): Uint8Array[] {
    return [this.#run.take()]
  }
}

export class Uint64Writer implements ColumnWriter {
  readonly #name: string
  readonly #run = new LongRun()

  constructor(name: string) {
    this.#name = name
  }

  append(value: unknown): number {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) this.#run.push(value)
    else if (typeof value === 'bigint' && BigInt.asUintN(64, value) === value) this.#run.pushBig(value)
    else {
      const wanted = 'an integer, as a bigint from 0 to 2^64 - 1 or a number that is exact (up to 2^53 - 1)'
      refuse(this.#name, wanted, value)
    }
    return 8
  }

  appendNothing(): void {
    this.#run.push(0)
  }

  truncate(rows: number): void {
    this.#run.truncate(rows)
  }

  take(): Uint8Array[] {
    return [this.#run.take()]
  }
}

/** Numbers of 128 bits, exact: a whole number and where its point is. */
export class DecimalWriter implements ColumnWriter {
  readonly #name: string
  readonly #precision: number
  readonly #scale: number
  readonly #limit: bigint
  readonly #run = new LongRun()

  constructor(name: string, precision: number, scale: number) {
    this.#name = name
    this.#precision = precision
    this.#scale = scale
    this.#limit = 10n ** BigInt(precision)
  }

  append(value: unknown): number {
    const unscaled = unscaledOf(value, this.#scale)
    if (unscaled === undefined || unscaled >= this.#limit || -unscaled >= this.#limit) {
      const digits = `at most ${this.#precision - this.#scale} digits before the point and ${this.#scale} after it`
      refuse(this.#name, `a decimal as text, a bigint or a whole number, with ${digits}`, value)
    }
    this.#push(unscaled)
    return 16
  }

  appendNothing(): void {
    this.#push(0n)
  }

  truncate(rows: number): void {
    this.#run.truncate(2 * rows)
  }

  take(): Uint8Array[] {
    return [this.#run.take()]
  }

  #push(value: bigint): void {
    this.#run.pushBig(value)
    this.#run.pushBig(value >> 64n)
  }
}

const decimal = /^([+-]?)(\d{1,80})(?:\.(\d{1,80}))?$/

function unscaledOf(value: unknown, scale: number): bigint | undefined {
  if (typeof value === 'bigint') return value * 10n ** BigInt(scale)
  if (typeof value === 'number') {
    return Number.isSafeInteger(value) ? BigInt(value) * 10n ** BigInt(scale) : undefined
  }
  const match = typeof value === 'string' ? decimal.exec(value) : null
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  const kept = fraction.replace(/0+$/, '')
  if (kept.length > scale) return undefined
  return BigInt(`${sign === '-' ? '-' : ''}${whole}${kept.padEnd(scale, '0')}`)
}
