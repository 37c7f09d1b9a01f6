/** Whose sensor measured: the device's own, or that of another whose readings come by this one too (`sameSensorAs`). */
export const sensorOf = ({
  deviceId,
  sensorId = deviceId,
}: {
  readonly deviceId: string;
  /** Left out where it is its own. */
  readonly sensorId?: string | undefined;
}): string => sensorId;
