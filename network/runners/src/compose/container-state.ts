/** A container as `docker compose ps` of the host names it. */
export interface ContainerState {
  readonly service: string;
  /** `running`, `paused`, `exited`, `created`, `restarting`, `removing` or `dead`. */
  readonly state: string;
  /** `healthy`, `unhealthy` or `starting`; empty where nothing is checked. */
  readonly health: string;
  readonly exitCode: number;
}

/** Lines of `docker compose ps --all --format '{{.Service}},{{.State}},{{.Health}},{{.ExitCode}}'`. */
export function parseContainers(lines: string): ContainerState[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [service = '', state = '', health = '', exitCode = ''] = line.split(',');
      return { service, state, health, exitCode: Number(exitCode) };
    });
}
