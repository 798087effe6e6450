import {
  DescribeStreamConsumerCommand,
  KinesisClient,
  RegisterStreamConsumerCommand,
} from '@aws-sdk/client-kinesis'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { systemClock } from 'millrace'

/** Registers a consumer of the stream; its ARN, once it may subscribe. */
export async function activeConsumer(endpoint: string, stream: string, name: string): Promise<string> {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const requestHandler = new NodeHttpHandler()
  const client = new KinesisClient({ endpoint, region: 'us-east-1', credentials, requestHandler })
  const StreamARN = `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`
  const consumer = { StreamARN, ConsumerName: name }
  await client.send(new RegisterStreamConsumerCommand(consumer))
  for (;;) {
    const { ConsumerDescription } = await client.send(new DescribeStreamConsumerCommand(consumer))
    const { ConsumerStatus, ConsumerARN } = ConsumerDescription!
    if (ConsumerStatus !== 'ACTIVE') await systemClock.sleep(100)
    else {
      client.destroy()
      return ConsumerARN!
    }
  }
}
