import { KinesisError } from '../protocol/kinesis-error.ts'
import { presentConsumers } from '../streams/consumers.ts'
import { streamMembers } from './members.ts'
import { namedStream } from './named-stream.ts'
import { operation } from './operation.ts'

export const deleteStream = operation(
  'DeleteStream',
  { ...streamMembers, EnforceConsumerDeletion: { kind: 'boolean' } },
  (input, call) => {
    const { name, description } = namedStream(input, call)
    const consumers = presentConsumers(description.consumers, call.now)
    if (consumers.length > 0 && input.EnforceConsumerDeletion !== true) {
      throw new KinesisError(
        'ResourceInUseException',
        `Stream ${name} under account 000000000000 has ${consumers.length} consumers. Deregister them, or set ` +
          'EnforceConsumerDeletion.',
      )
    }
    call.streams.delete(name)
    return undefined
  },
)
