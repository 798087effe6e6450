import {
  type Consumer,
  DeregisterStreamConsumerCommand,
  DescribeStreamConsumerCommand,
  type KinesisClient,
  ListStreamConsumersCommand,
  RegisterStreamConsumerCommand,
  type StartingPosition,
  SubscribeToShardCommand,
  type SubscribeToShardOutput,
} from '@aws-sdk/client-kinesis'
import { iteratorParameters, recordsPage } from '../sdk-kinesis-api.ts'
import { serverTimeOf } from '../server-time.ts'
import type { IteratorStart } from '../starting-position.ts'
import type { FanOutApi, RegisteredConsumer, ShardSubscription } from './fan-out-api.ts'
import { LeanEventStream } from './lean-event-stream.ts'

/** Fan-out through the AWS SDK: consumers by one client, subscriptions by another, which is made for them. */
export function sdkFanOutApi(
  client: KinesisClient,
  subscribing: KinesisClient,
  onClose: () => void,
): FanOutApi {
  return {
    register: async (StreamARN, ConsumerName, abortSignal) => {
      const command = new RegisterStreamConsumerCommand({ StreamARN, ConsumerName })
      return registered((await client.send(command, { abortSignal })).Consumer!)
    },
    consumer: async (StreamARN, ConsumerName, abortSignal) => {
      const command = new DescribeStreamConsumerCommand({ StreamARN, ConsumerName })
      return registered((await client.send(command, { abortSignal })).ConsumerDescription!)
    },
    consumers: async (StreamARN, NextToken, abortSignal) => {
      const command = new ListStreamConsumersCommand({ StreamARN, NextToken })
      const { Consumers = [], NextToken: next } = await client.send(command, { abortSignal })
      return { consumers: Consumers.map(registered), next: next ?? undefined }
    },
    deregister: async (ConsumerARN, abortSignal) => {
      await client.send(new DeregisterStreamConsumerCommand({ ConsumerARN }), { abortSignal })
    },
    subscribe: async (ConsumerARN, ShardId, start, abortSignal) => {
      const input = { ConsumerARN, ShardId, StartingPosition: startingPosition(start) }
      return subscription(await subscribing.send(new SubscribeToShardCommand(input), { abortSignal }))
    },
    close: onClose,
  }
}

function registered({
  ConsumerName,
  ConsumerARN,
  ConsumerStatus,
  ConsumerCreationTimestamp,
}: Consumer): RegisteredConsumer {
  return {
    name: ConsumerName!,
    arn: ConsumerARN!,
    status: ConsumerStatus!,
    createdAt: ConsumerCreationTimestamp?.getTime() ?? 0,
  }
}

function startingPosition(start: IteratorStart): StartingPosition {
  const { ShardIteratorType, StartingSequenceNumber, Timestamp } = iteratorParameters(start)
  return { Type: ShardIteratorType, SequenceNumber: StartingSequenceNumber, Timestamp }
}

function subscription({
  EventStream,
  $metadata,
}: SubscribeToShardOutput & { $metadata: object }): ShardSubscription {
  const events = EventStream![Symbol.asyncIterator]()
  return {
    serverTime: serverTimeOf($metadata),
    next: async () => {
      for (;;) {
        const { value, done } = await events.next()
        if (done) return undefined
        if (value.SubscribeToShardEvent === undefined) continue
        const { ContinuationSequenceNumber: NextShardIterator, ...event } = value.SubscribeToShardEvent
        const page = recordsPage({ ...event, NextShardIterator }, undefined)
        const { records, behindMs, children, sizeBytes, nextIterator: continuation } = page
        const sentAfter = EventStream instanceof LeanEventStream ? EventStream.sentAfter : undefined
        return { records, behindMs, children, sizeBytes, continuation, sentAfter }
      }
    },
  }
}
