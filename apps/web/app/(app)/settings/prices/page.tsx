import type { Metadata } from "next";
import { PricesPage } from "@/features/price/prices-page.tsx";

export const metadata: Metadata = { title: "Prices" };

export default function Prices() {
  return <PricesPage />;
}
