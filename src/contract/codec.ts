/**
 * Turns the bytes of a record into a value. A codec that throws makes the record undecodable: the job stops, or the
 * record goes to the output that `from(…, { undecodable })` names.
 *
 * The bytes belong to the source and may be overwritten after the call: copy what must outlive it.
 */
export interface Codec<out T> {
  readonly name: string
  decode(data: Uint8Array): T
}

/** Turns a value into the bytes of a record, or throws. The bytes belong to the caller. */
export interface Encoder<in T> {
  readonly name: string
  encode(value: T): Uint8Array
}

/** A codec both ways: `decode(encode(value))` is `value`, as far as the format can tell. */
export interface Format<in out T> extends Codec<T>, Encoder<T> {}

/** A function serves as a codec too. */
export type Decode<T> = Codec<T> | ((data: Uint8Array) => T)

/** The codec behind a {@link Decode}. */
export function codecOf<T>(decode: Decode<T>): Codec<T> {
  return typeof decode === 'function' ? { name: decode.name || 'function', decode } : decode
}

/** A function serves as an encoder too. */
export type Encode<T> = Encoder<T> | ((value: T) => Uint8Array)

/** The encoder behind an {@link Encode}. */
export function encoderOf<T>(encode: Encode<T>): Encoder<T> {
  return typeof encode === 'function' ? { name: encode.name || 'function', encode } : encode
}

/** Bytes as UTF-8, without a copy of them. */
export function utf8(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
}
