import process from 'node:process'
import type { DynamoDBClient, PutItemCommandInput } from '@aws-sdk/client-dynamodb'
import { awsClientConfig } from '../../src/contract/aws-connection.ts'
import { awsFailure, awsPackage } from '../../src/contract/aws-failure.ts'
import {
  type DeliveryRecord,
  DestinationFailure,
  type NotTaken,
  type RequestContext,
  type RequestSession,
} from '../../src/contract/request-destination.ts'
import { isMillraceError } from '../../src/errors.ts'
import { type AttributeValue, attributesOf } from './attribute-value.ts'
import type { DynamoTableOptions } from './dynamo-table.ts'

/** How many items of a batch are put at the same time. */
const lanes = 16
const timeoutMs = 30_000

/** Puts the items of batches: those of one key one after the other, in their order. */
export async function openTable<T>(
  options: DynamoTableOptions<T>,
  context: RequestContext,
): Promise<RequestSession> {
  const sdk = await awsPackage('@aws-sdk/client-dynamodb', () => import('@aws-sdk/client-dynamodb'))
  const client: DynamoDBClient = new sdk.DynamoDBClient(
    awsClientConfig('DYNAMODB', options, context.overrides, process.env),
  )
  const put = async (item: Item, signal: AbortSignal) => {
    const command = new sdk.PutItemCommand(putInput(item, options))
    await context.within(timeoutMs, (abortSignal) => client.send(command, { abortSignal }), signal)
  }
  return {
    secrets: [],
    send: async ({ records }, signal) => {
      const queues = [...byKey(records, options).values()]
      const outcome = { refused: [] as NotTaken[], again: [] as NotTaken[] }
      const lane = async () => {
        for (let queue = queues.shift(); queue !== undefined; queue = queues.shift())
          await putInOrder(queue, outcome, (item) => put(item, signal), options.table)
      }
      await Promise.all(Array.from({ length: lanes }, lane))
      outcome.again.sort((a, b) => a.index - b.index)
      return outcome
    },
    close: async () => client.destroy(),
  }
}

interface Item {
  readonly index: number
  readonly attributes: Record<string, AttributeValue>
}

/** Items by their key. */
function byKey<T>(
  records: readonly DeliveryRecord[],
  { key, keyIsRecordId }: DynamoTableOptions<T>,
): Map<string, Item[]> {
  const queues = new Map<string, Item[]>()
  for (const [index, { id, data }] of records.entries()) {
    const attributes = attributesOf(JSON.parse(Buffer.from(data).toString()))
    if (keyIsRecordId) attributes[key[0]] = { S: id }
    const name = JSON.stringify(key.map((each) => each && attributes[each]))
    queues.set(name, [...(queues.get(name) ?? []), { index, attributes }])
  }
  return queues
}

/** What cannot be put now holds back the later ones of its key. */
async function putInOrder(
  items: readonly Item[],
  outcome: { readonly refused: NotTaken[]; readonly again: NotTaken[] },
  put: (item: Item) => Promise<void>,
  table: string,
): Promise<void> {
  let waiting: Omit<NotTaken, 'index'> | undefined
  for (const item of items) {
    const { index } = item
    if (waiting === undefined) {
      const failure = await put(item).then(
        () => undefined,
        (error) => failureOf(error, table),
      )
      if (failure?.kind === 'refused') outcome.refused.push({ index, ...failure.why })
      waiting = failure?.kind === 'again' ? failure.why : undefined
    }
    if (waiting !== undefined) outcome.again.push({ index, ...waiting })
  }
}

/** Of single items: too large, without a key of the right type, in a collection that is full. */
const refusing = new Set(['ValidationException', 'ItemCollectionSizeLimitExceededException'])

function failureOf(
  error: unknown,
  table: string,
): { readonly kind: 'refused' | 'again'; readonly why: Omit<NotTaken, 'index'> } | undefined {
  const { name = '', message = '' } = error as Partial<Error>
  // A newer version, or this very record, is there.
  if (name === 'ConditionalCheckFailedException') return undefined
  if (refusing.has(name)) return { kind: 'refused', why: { code: name, message } }
  const failure = awsFailure(error, `put items into the table ${table}`)
  if (isMillraceError(failure) || !(failure instanceof DestinationFailure)) throw failure
  return { kind: 'again', why: { code: failure.code, message: failure.message } }
}

function putInput<T>(
  { attributes }: Item,
  { table, key, version, keyIsRecordId }: DynamoTableOptions<T>,
): PutItemCommandInput {
  const input = { TableName: table, Item: attributes }
  const names = { '#key': key[0] }
  if (keyIsRecordId)
    return { ...input, ConditionExpression: 'attribute_not_exists(#key)', ExpressionAttributeNames: names }
  if (version === undefined) return input
  return {
    ...input,
    ConditionExpression: 'attribute_not_exists(#key) OR #version < :version',
    ExpressionAttributeNames: { ...names, '#version': version },
    ExpressionAttributeValues: { ':version': attributes[version]! },
  }
}
