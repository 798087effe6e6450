import { startLocalKinesis } from '../../../connectors/kinesis-local/index.ts'

/** An embedded Kinesis in a process that can be killed. The argument is its data folder. */
const [data = ''] = process.argv.slice(2)
const { endpoint } = await startLocalKinesis({ data, consumerDelayMs: 0 })
process.on('disconnect', () => process.exit())
process.send?.(endpoint)
