import type { Readable } from 'node:stream'
import type { GetRecordsInput, PutRecordsInput, SubscribeToShardInput } from '@aws-sdk/client-kinesis'
import { AwsJson1_1Protocol } from '@aws-sdk/core/protocols'
import { CborReader } from './cbor/cbor-reader.ts'
import { getRecordsCbor, putRecordsCbor, subscribeToShardCbor } from './cbor/inputs-cbor.ts'
import { RecordsCbor } from './cbor/records-cbor.ts'
import { LeanEventStream } from './fan-out/lean-event-stream.ts'
import { parseGetRecords } from './get-records-json.ts'
import { putRecordsJson } from './put-records-json.ts'
import { receive, received } from './received-body.ts'
import { type Wire, wireOf } from './wire.ts'

type Protocol = AwsJson1_1Protocol
type Serialize = Parameters<Protocol['serializeRequest']>
type Deserialize = Parameters<Protocol['deserializeResponse']>

const cborType = 'application/x-amz-cbor-1.1'

/**
 * The SDK's own JSON protocol, with short ways for the three operations that carry records: the SDK walks a schema for
 * every field of every record, which costs more than all the rest. Those go in CBOR or in JSON, as {@link wireOf} says
 * of the call; all others in JSON. What comes out is what the SDK gives, and errors stay its own.
 */
export class LeanProtocol extends AwsJson1_1Protocol {
  override async serializeRequest<Input extends object>(
    operation: Serialize[0],
    input: Input,
    context: Serialize[2],
  ): ReturnType<Protocol['serializeRequest']> {
    const wire = wireOf(context)
    const body = writers[wire].get(operation.name)
    if (body === undefined) return super.serializeRequest(operation, input, context)
    const request = await super.serializeRequest(operation, {}, context)
    request.body = body(input)
    if (wire === 'cbor') request.headers['content-type'] = cborType
    return request
  }

  override async deserializeResponse<Output extends { $metadata: object }>(
    operation: Deserialize[0],
    context: Deserialize[1],
    response: Deserialize[2],
  ): Promise<Output> {
    if (operation.name === 'SubscribeToShard' && response.statusCode < 300)
      return this.#eventStream(operation, context, response) as unknown as Output
    const wire = isCbor(response) ? 'cbor' : 'json'
    const read = readers[wire].get(operation.name)
    if (response.statusCode >= 300 && wire === 'cbor') response.body = await errorInJson(response.body)
    if (response.statusCode >= 300 || read === undefined)
      return super.deserializeResponse(operation, context, response)
    const output = await read(response.body)
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

/** Whether a response says that it is CBOR. */
export function isCbor({ headers }: { readonly headers: Record<string, string> }): boolean {
  return headers['content-type']?.startsWith(cborType) ?? false
}

type Body = Readable | Uint8Array

const writers: { readonly [W in Wire]: ReadonlyMap<string, (input: object) => string | Buffer> } = {
  json: new Map([['PutRecords', (input: object) => putRecordsJson(input as PutRecordsInput)]]),
  cbor: new Map([
    ['GetRecords', (input: object) => getRecordsCbor(input as GetRecordsInput)],
    ['PutRecords', (input: object) => putRecordsCbor(input as PutRecordsInput)],
    ['SubscribeToShard', (input: object) => subscribeToShardCbor(input as SubscribeToShardInput)],
  ]),
}

const readers: { readonly [W in Wire]: ReadonlyMap<string, (body: Body) => Promise<object>> } = {
  json: new Map([
    ['GetRecords', async (body: Body): Promise<object> => parseGetRecords(await received(body))],
    ['PutRecords', async (body: Body) => JSON.parse((await received(body)).toString('utf8')) as object],
  ]),
  cbor: new Map([
    ['GetRecords', getRecords],
    ['PutRecords', mapIn],
  ]),
}

async function getRecords(body: Body): Promise<object> {
  const output = new RecordsCbor()
  await receive(body, (chunk) => output.push(chunk))
  return output.end()
}

async function mapIn(body: Body): Promise<object> {
  const value = new CborReader(await received(body)).value()
  if (typeof value !== 'object' || value === null) throw new SyntaxError('the answer is no map of CBOR')
  return value
}

async function errorInJson(body: Body): Promise<Uint8Array> {
  return Buffer.from(JSON.stringify(await mapIn(body)))
}
