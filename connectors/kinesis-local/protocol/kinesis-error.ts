/** The errors of the protocol that the embedded Kinesis answers with. */
export type KinesisErrorType =
  | 'AccessDeniedException'
  | 'ExpiredIteratorException'
  | 'ExpiredNextTokenException'
  | 'InternalFailureException'
  | 'InvalidArgumentException'
  | 'LimitExceededException'
  | 'MissingAuthenticationTokenException'
  | 'ProvisionedThroughputExceededException'
  | 'RequestEntityTooLargeException'
  | 'ResourceInUseException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'ValidationException'

const statuses: Partial<Record<KinesisErrorType, number>> = {
  AccessDeniedException: 403,
  InternalFailureException: 500,
  RequestEntityTooLargeException: 413,
}

/** An answer of the service that says no. It goes to the client as it is. */
export class KinesisError extends Error {
  override readonly name = 'KinesisError'
  readonly type: KinesisErrorType

  constructor(type: KinesisErrorType, message: string) {
    super(message)
    this.type = type
  }

  get status(): number {
    return statuses[this.type] ?? 400
  }
}
