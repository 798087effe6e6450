import type { PutRecordsInput } from '@aws-sdk/client-kinesis'
import { AwsJson1_1Protocol } from '@aws-sdk/core/protocols'
import { LeanEventStream } from './fan-out/lean-event-stream.ts'
import { parseGetRecords } from './get-records-json.ts'
import { putRecordsJson } from './put-records-json.ts'

type Serialize = Parameters<AwsJson1_1Protocol['serializeRequest']>
type Deserialize = Parameters<AwsJson1_1Protocol['deserializeResponse']>

/**
 * The SDK's own JSON protocol, with short ways for the three operations that carry records: the SDK walks a schema for
 * every field of every record, which costs more than all the rest. What goes over the wire and what comes out are the
 * same; everything else, errors too, is the SDK's.
 */
export class LeanProtocol extends AwsJson1_1Protocol {
  override async serializeRequest<Input extends object>(
    operation: Serialize[0],
    input: Input,
    context: Serialize[2],
  ): ReturnType<AwsJson1_1Protocol['serializeRequest']> {
    if (operation.name !== 'PutRecords') return super.serializeRequest(operation, input, context)
    const request = await super.serializeRequest(operation, {}, context)
    request.body = putRecordsJson(input as unknown as PutRecordsInput)
    return request
  }

  override async deserializeResponse<Output extends { $metadata: object }>(
    operation: Deserialize[0],
    context: Deserialize[1],
    response: Deserialize[2],
  ): Promise<Output> {
    if (operation.name === 'SubscribeToShard' && response.statusCode < 300)
      return this.#eventStream(operation, context, response) as unknown as Output
    const parse = response.statusCode < 300 ? parsers.get(operation.name) : undefined
    if (parse === undefined) return super.deserializeResponse(operation, context, response)
    const output = parse(await collect(response.body))
    return Object.assign(output, { $metadata: this.deserializeMetadata(response) }) as unknown as Output
  }

  /** An exception within the stream is what it would be before the stream: an answer with its name. */
  #eventStream(operation: Deserialize[0], context: Deserialize[1], response: Deserialize[2]): object {
    const refusal = async (name: string, body: Uint8Array): Promise<never> => {
      const statusCode = name === 'InternalFailureException' ? 500 : 400
      const headers = { ...response.headers, 'x-amzn-errortype': name }
      return super.deserializeResponse<never>(operation, context, { ...response, statusCode, headers, body })
    }
    const EventStream = new LeanEventStream(response.body, refusal)
    return { EventStream, $metadata: this.deserializeMetadata(response) }
  }
}

const parsers = new Map<string, (body: Buffer) => object>([
  ['GetRecords', parseGetRecords],
  ['PutRecords', (body) => JSON.parse(body.toString('utf8')) as object],
])

async function collect(body: AsyncIterable<Uint8Array> | Uint8Array): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
