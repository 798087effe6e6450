export type { AgentOptions, AgentRecord, PartitionKey } from './agent-options.ts'
export type { AgentProgress } from './agent-progress.ts'
export { runAgent } from './run-agent.ts'
