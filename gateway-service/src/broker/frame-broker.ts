import { Aedes, type PublishPacket } from 'aedes';

type Done = (error?: Error) => void;

/**
 * aedes without routing: frames go to the pipeline while they are authorised, and nobody subscribes to them, so that
 * neither its persistence nor its emitter need see them. Its own $SYS messages pass.
 */
export class FrameBroker extends Aedes {
  override publish(packet: PublishPacket, client: unknown, done?: Done): void {
    if (typeof client === 'function') super.publish(packet, client as Done);
    else done?.();
  }
}
