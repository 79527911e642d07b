// Asking the aggregator. In: a route and its parameters. Out: the route's type, or an ApiFailure that says what
// happened and what to do next. Same origin only: the token is a cookie that the browser sends by itself.
import type { ApiError } from "./types.ts";

/** Why a request could not be answered. `status` is 0 where no answer came at all. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly error: ApiError;
  constructor(status: number, error: ApiError) {
    super(error.message);
    this.name = "ApiFailure";
    this.status = status;
    this.error = error;
  }
}

export type Params = Readonly<Record<string, string | number | undefined>>;

/** The address of a route with its parameters; those that are undefined or empty are left out. */
export function address(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== "") search.set(name, String(value));
  }
  const text = search.toString();
  return text ? `/api/${path}?${text}` : `/api/${path}`;
}

export async function get<T>(path: string, params: Params = {}, signal?: AbortSignal): Promise<T> {
  let response: Response;
  try {
    response = await fetch(address(path, params), {
      credentials: "same-origin",
      headers: { accept: "application/json" },
      signal: signal ?? null,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiFailure(0, {
      code: "unreachable",
      message: "The aggregator does not answer.",
      hint: "Is the mizu command that opened this page still running?",
      query: null,
    });
  }
  if (!response.ok) throw new ApiFailure(response.status, await errorOf(response));
  const body: T = await response.json();
  return body;
}

async function errorOf(response: Response): Promise<ApiError> {
  try {
    const error: ApiError = await response.json();
    if (typeof error.message === "string") return error;
  } catch {
    // Not JSON: a proxy in between answered. Its status is all that is known.
  }
  return {
    code: "internal",
    message: `The aggregator answered ${response.status} ${response.statusText}.`,
    hint: null,
    query: null,
  };
}

/** The failure behind whatever a request threw. */
export function failureOf(thrown: unknown): ApiFailure {
  if (thrown instanceof ApiFailure) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new ApiFailure(0, { code: "internal", message, hint: null, query: null });
}
