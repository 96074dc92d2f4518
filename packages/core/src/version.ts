/** Version of this build; the packages are released together. */
export const version = "0.1.0";
