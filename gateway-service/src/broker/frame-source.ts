/**
 * Where frames come from over MQTT: the broker in this process, or an external one. A source authenticates devices (or
 * relies on the broker that does), hands each frame with its device to the pipeline, acknowledges it when its ticket is
 * settled and never when it failed, tells the device the result, and holds back while the pipeline is full.
 */
export interface FrameSource extends AsyncDisposable {
  /** What devices connect to, `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  /** Takes nothing more, acknowledges what was taken, and disconnects. */
  close(): Promise<void>;
}
