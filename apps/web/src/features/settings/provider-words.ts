import type { Provider } from "@djinnbot/contracts";

/** Whose provider this is, in words. */
export function sourceWord({ source, isCustom }: Pick<Provider, "source" | "isCustom">): string {
  if (source === "platform") {
    return "Offered by the platform";
  }
  return isCustom ? "Your endpoint" : source === "tenant" ? "Your key" : "No key";
}

/** Two models of the provider as an example of a list; undefined while none is known. */
export function exampleModels({ models }: Pick<Provider, "models">): string | undefined {
  const ids = models.slice(0, 2).map(({ id }) => id);
  return ids.length === 0 ? undefined : ids.join(", ");
}

/** What goes when a provider is forgotten. */
export function deletionConsequences(provider: Pick<Provider, "name" | "maskedApiKey" | "isCustom">): string[] {
  return [
    ...(provider.maskedApiKey === null ? [] : [`the stored key ${provider.maskedApiKey}`]),
    ...(provider.isCustom ? ["the address of the endpoint"] : ["your settings of it"]),
    `Agents and pipelines that name a model of ${provider.name} fail until it is set up again`,
  ];
}

/** The slug that a name suggests for an endpoint of one's own; 2 to 32 characters. */
export function endpointSlug(name: string): string {
  const slug = name
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 32)
    .replace(/^-+|-+$/g, "");
  return slug.length >= 2 ? slug : "";
}
