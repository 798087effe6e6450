import { diskState, memoryState } from '../../src/contract/state-backend.ts'
import { describeKeyedState } from '../contract/keyed-state.ts'
import { stateIn } from './state-in.ts'

describeKeyedState({ name: 'in memory', create: (content) => stateIn(content, memoryState()) })
describeKeyedState({ name: 'on disk', create: (content) => stateIn(content, diskState()), runs: 200 })
