import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf'
import type { Format } from '../../src/contract/codec.ts'

/**
 * One Protobuf message a record, in the binary encoding. The schema is what `protoc-gen-es` makes of a `.proto` file,
 * and brings the type. Fields that the schema does not know are kept, and are there again when it is encoded. Needs the
 * package `@bufbuild/protobuf`.
 *
 * @example
 * import { TimestampSchema } from '@bufbuild/protobuf/wkt'
 * protobuf(TimestampSchema).decode(new Uint8Array([0x08, 0x96, 0x01])).seconds // 150n
 */
export function protobuf<D extends DescMessage>(schema: D): Format<MessageShape<D>> {
  return {
    name: `protobuf ${schema.typeName}`,
    // The fields of bytes are views of what is decoded, so it must be a copy.
    decode: (data) => fromBinary(schema, data.slice()),
    encode: (message) => toBinary(schema, message),
  }
}
