import { MemoryKeyedState } from '../../src/state/memory-keyed-state.ts'
import { describeKeyedState } from '../contract/keyed-state.ts'

describeKeyedState({ name: 'in memory', create: (content) => new MemoryKeyedState(content) })
