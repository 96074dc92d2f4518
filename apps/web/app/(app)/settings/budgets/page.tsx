import type { Metadata } from "next";
import { BudgetsPage } from "@/features/budget/budgets-page.tsx";

export const metadata: Metadata = { title: "Budgets" };

export default function Budgets() {
  return <BudgetsPage />;
}
