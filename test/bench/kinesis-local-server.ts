import { startLocalKinesis } from '../../connectors/kinesis-local/index.ts'

/**
 * An embedded Kinesis in a process of its own, started with an IPC channel: tells its endpoint, and answers every
 * message with the CPU time that the process has used so far. The argument is the data folder, if there is one.
 */
const [data] = process.argv.slice(2)
const kinesis = await startLocalKinesis(data === undefined ? {} : { data })
process.on('message', () => process.send?.(process.cpuUsage()))
process.on('disconnect', () => process.exit())
process.send?.(kinesis.endpoint)
