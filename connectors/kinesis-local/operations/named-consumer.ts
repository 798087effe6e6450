import { KinesisError } from '../protocol/kinesis-error.ts'
import { type ConsumerDescription, presentConsumers } from '../streams/consumers.ts'
import type { LocalStream } from '../streams/local-stream.ts'
import { consumerArnOf } from './consumer-facts.ts'
import { namedStream } from './named-stream.ts'
import type { Call } from './operation.ts'

/** How an input names a consumer. */
export interface ConsumerReference {
  readonly StreamARN: string | undefined
  readonly ConsumerName: string | undefined
  readonly ConsumerARN: string | undefined
}

/** A consumer and its stream. */
export interface NamedConsumer {
  readonly stream: LocalStream
  readonly consumer: ConsumerDescription
}

/** @throws KinesisError ResourceNotFoundException, or InvalidArgumentException if none or two are named. */
export function namedConsumer(reference: ConsumerReference, call: Call): NamedConsumer {
  const { StreamARN, ConsumerName, ConsumerARN } = reference
  const streamArn = StreamARN ?? ConsumerARN?.slice(0, ConsumerARN.lastIndexOf('/consumer/'))
  if (streamArn === undefined || (ConsumerARN === undefined && ConsumerName === undefined)) {
    throw new KinesisError(
      'InvalidArgumentException',
      'Either ConsumerARN or both StreamARN and ConsumerName must be given.',
    )
  }
  if (isContradictory(reference)) {
    throw new KinesisError('InvalidArgumentException', 'ConsumerARN names another consumer than the rest.')
  }
  const stream = namedStream({ StreamName: undefined, StreamARN: streamArn }, call)
  const consumer = presentConsumers(stream.description.consumers, call.now).find((one) =>
    ConsumerARN === undefined ? one.name === ConsumerName : consumerArnOf(stream, one) === ConsumerARN,
  )
  if (consumer === undefined) throw noConsumer(ConsumerARN ?? `${ConsumerName} of ${streamArn}`)
  return { stream, consumer }
}

/** A consumer by its ARN alone. */
export function consumerOfArn(ConsumerARN: string, call: Call): NamedConsumer {
  return namedConsumer({ StreamARN: undefined, ConsumerName: undefined, ConsumerARN }, call)
}

export function noConsumer(consumer: string): KinesisError {
  return new KinesisError(
    'ResourceNotFoundException',
    `Consumer ${consumer} under account 000000000000 not found.`,
  )
}

function isContradictory({ StreamARN, ConsumerName, ConsumerARN }: ConsumerReference): boolean {
  if (ConsumerARN === undefined) return false
  const named = ConsumerARN.slice(ConsumerARN.lastIndexOf('/') + 1, ConsumerARN.lastIndexOf(':'))
  return (
    (StreamARN !== undefined && !ConsumerARN.startsWith(`${StreamARN}/consumer/`)) ||
    (ConsumerName !== undefined && ConsumerName !== named)
  )
}
