/** What typed arrays have in common. */
type Growing =
  | Uint8Array
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array

const leastRows = 16

/** The first so many values of an array, in one that has room for at least `length`. */
export function grown<A extends Growing>(values: A, used: number, length: number): A {
  const room = Math.max(length, used + (used >> 1), leastRows)
  const larger = new (values.constructor as new (length: number) => A)(room)
  larger.set(values.subarray(0, used) as never)
  return larger
}

/** The bytes of the first so many values, in memory of their own. */
export function bytesOf(values: Growing, used: number): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, BYTES_PER_ELEMENT } = values
  return new Uint8Array(buffer.slice(byteOffset, byteOffset + used * BYTES_PER_ELEMENT) as ArrayBuffer)
}
