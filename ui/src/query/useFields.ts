// The filter language's field table, asked for once.
import { useQuery } from "@tanstack/react-query";
import { get } from "../api/client.ts";
import type { FieldList } from "../api/types.ts";

export function useFields(): FieldList | undefined {
  return useQuery({
    queryKey: ["fields"],
    queryFn: ({ signal }) => get<FieldList>("query/fields", {}, signal),
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
}
