import {
  type Fault,
  type LocalKinesis,
  startLocalKinesis,
} from '../../../../connectors/kinesis-local/index.ts'
import { ManualClock } from '../../kinesis/manual-clock.ts'
import { succeed } from '../raw-call.ts'

/** A server with one stream `orders`, whose delays pass only when the clock is driven. */
export class FaultyKinesis {
  readonly clock: ManualClock
  readonly kinesis: LocalKinesis

  static async start(shards = 1): Promise<FaultyKinesis> {
    const clock = new ManualClock()
    const server = new FaultyKinesis(await startLocalKinesis({ clock }), clock)
    await succeed(server.endpoint, 'CreateStream', { StreamName: 'orders', ShardCount: shards })
    return server
  }

  private constructor(kinesis: LocalKinesis, clock: ManualClock) {
    this.kinesis = kinesis
    this.clock = clock
  }

  get endpoint(): string {
    return this.kinesis.endpoint
  }

  set(...faults: Fault[]): void {
    this.kinesis.faults.set(faults)
  }
}
