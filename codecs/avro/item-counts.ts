import avsc, { type Type } from 'avsc'

/** Passes over the bytes of one value. */
type Skip = (bytes: AvroBytes) => void

/**
 * A check that data claims no more items of arrays and maps than it has bytes. The reader of Avro makes room for as
 * many as a block says, so that ten bytes could ask for billions. Arrays of items that take no bytes, such as `null`,
 * are held to the same bound. A key `__proto__` of a map would be lost, and is refused too.
 *
 * @param longest No `long` may be as great: what `avsc` reads of it as another type would be wrong.
 * @throws Error from the check, if there are too many, or the data ends too early.
 */
export function itemCountsOf(type: Type, longest: number): (data: Uint8Array) => void {
  const skip = new Skips(longest).of(type)
  return (data) => skip(new AvroBytes(data))
}

/** The parts of the encoding that say how long something is. */
class AvroBytes {
  readonly #data: Uint8Array
  #at = 0
  #items = 0

  constructor(data: Uint8Array) {
    this.#data = data
  }

  skip(bytes: number): void {
    if (!(bytes >= 0 && bytes <= this.#data.length - this.#at)) throw new Error('the data ends too early')
    this.#at += bytes
  }

  text(): Uint8Array {
    const length = this.long()
    this.skip(length)
    return this.#data.subarray(this.#at - length, this.#at)
  }

  /** A zigzag number of variable length. Beyond 2^53 it is not exact, and too large for anything that is counted. */
  long(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#data[this.#at]
      if (byte === undefined) throw new Error('the data ends too early')
      this.#at += 1
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2
    }
    throw new Error('a number has more than ten bytes')
  }

  /** How many items the next block has; 0 after the last. A negative count has the size of the block after it. */
  count(): number {
    const count = this.long()
    if (count < 0) this.long()
    this.#items += Math.abs(count)
    if (this.#items > this.#data.length) throw new Error('the data claims more items than it has bytes')
    return Math.abs(count)
  }
}

const int: Skip = (bytes) => void bytes.long()
const text: Skip = (bytes) => void bytes.text()
const proto = Buffer.from('__proto__')

const mapKey: Skip = (bytes) => {
  if (proto.equals(bytes.text())) throw new Error('a map has the key "__proto__"')
}

const primitives: Readonly<Record<string, Skip>> = {
  null: () => {},
  boolean: (bytes) => bytes.skip(1),
  int,
  float: (bytes) => bytes.skip(4),
  double: (bytes) => bytes.skip(8),
  bytes: text,
  string: text,
  enum: int,
}

/** Makes what passes over values of a type; types that contain themselves are made once. */
class Skips {
  readonly #made = new Map<Type, Skip>()
  readonly #longest: number

  constructor(longest: number) {
    this.#longest = longest
  }

  of(type: Type): Skip {
    const made = this.#made.get(type)
    if (made !== undefined) return made
    let skip: Skip = () => {}
    this.#made.set(type, (bytes) => skip(bytes))
    skip = this.#make(type)
    return skip
  }

  readonly #long: Skip = (bytes) => {
    if (Math.abs(bytes.long()) >= this.#longest)
      throw new Error('a long is too great to be read as another type')
  }

  #make(type: Type): Skip {
    const { types } = avsc
    if (type instanceof types.LogicalType) return this.of(type.underlyingType)
    if (type instanceof types.RecordType) return inTurn(type.fields.map((field) => this.of(field.type)))
    if (type instanceof types.ArrayType) return blocksOf(this.of(type.itemsType))
    if (type instanceof types.MapType) return blocksOf(inTurn([mapKey, this.of(type.valuesType)]))
    if (type instanceof types.FixedType) return (bytes) => bytes.skip(type.size)
    if (type instanceof types.UnwrappedUnionType || type instanceof types.WrappedUnionType)
      return oneOf(type.types.map((branch) => this.of(branch)))
    return primitives[type.typeName] ?? this.#long
  }
}

function inTurn(skips: readonly Skip[]): Skip {
  return (bytes) => {
    for (const skip of skips) skip(bytes)
  }
}

function blocksOf(item: Skip): Skip {
  return (bytes) => {
    for (let count = bytes.count(); count > 0; count = bytes.count()) {
      for (let index = 0; index < count; index += 1) item(bytes)
    }
  }
}

function oneOf(branches: readonly Skip[]): Skip {
  return (bytes) => {
    const branch = branches[bytes.long()]
    if (branch === undefined) throw new Error('the data names a branch that its union does not have')
    branch(bytes)
  }
}
