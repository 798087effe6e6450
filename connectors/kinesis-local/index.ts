export type {
  CallFault,
  EventFault,
  Fault,
  FaultAim,
  FaultKind,
  FaultPlan,
  PutRefusal,
  StreamException,
} from './faults/fault.ts'
export type { LocalFaults } from './faults/fault-injector.ts'
export type { Injected } from './faults/fault-schedule.ts'
export { readFaults } from './faults/read-faults.ts'
export type { LocalKinesis, LocalKinesisOptions } from './start-local-kinesis.ts'
export { startLocalKinesis } from './start-local-kinesis.ts'
