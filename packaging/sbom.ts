import { createHash } from "node:crypto";

/**
 * npm's CycloneDX list of what is in the package, without what differs from one build to the next: the serial number
 * follows from the commit, the time is the commit's, and addresses of registries are left out.
 */
export function reproducibleSbom(json: string, commit: string, committedAt: string): string {
  const sbom = JSON.parse(json) as {
    serialNumber: string;
    metadata: { timestamp: string; tools?: unknown; component: { name: string; type: string } };
    components: { externalReferences?: { type: string }[] | undefined }[];
  };
  sbom.serialNumber = `urn:uuid:${uuidOf(commit)}`;
  sbom.metadata.timestamp = committedAt;
  sbom.metadata.tools = undefined;
  sbom.metadata.component.name = "hems-edge";
  sbom.metadata.component.type = "application";
  for (const component of sbom.components) {
    component.externalReferences = component.externalReferences?.filter(
      ({ type }) => type !== "distribution",
    );
  }
  return `${JSON.stringify(sbom, undefined, 2)}\n`;
}

function uuidOf(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const variant = (0x8 | (Number.parseInt(hex[16] ?? "0", 16) & 0x3)).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
