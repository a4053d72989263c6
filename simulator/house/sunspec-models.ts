import { block } from "./sunspec-points.ts";

/** SunSpec information models that the simulated devices have: their points in register order behind ID and L. */

export const IDENTITY_1 = block("str:16 Mn, str:16 Md, str:8 Opt, str:8 Vr, str:16 SN, u16 DA, pad");

export const NAMEPLATE_120 = block(
  "u16 DERTyp, u16 WRtg, sf WRtg_SF, u16 VARtg, sf VARtg_SF, " +
    "i16 VArRtgQ1, i16 VArRtgQ2, i16 VArRtgQ3, i16 VArRtgQ4, sf VArRtg_SF, u16 ARtg, sf ARtg_SF, " +
    "i16 PFRtgQ1, i16 PFRtgQ2, i16 PFRtgQ3, i16 PFRtgQ4, sf PFRtg_SF, u16 WHRtg, sf WHRtg_SF, " +
    "u16 AhrRtg, sf AhrRtg_SF, u16 MaxChaRte, sf MaxChaRte_SF, u16 MaxDisChaRte, sf MaxDisChaRte_SF, pad",
);

export const INVERTER_103 = block(
  "u16 A, u16 AphA, u16 AphB, u16 AphC, sf A_SF, u16 PPVphAB, u16 PPVphBC, u16 PPVphCA, " +
    "u16 PhVphA, u16 PhVphB, u16 PhVphC, sf V_SF, i16 W, sf W_SF, u16 Hz, sf Hz_SF, i16 VA, sf VA_SF, " +
    "i16 VAr, sf VAr_SF, i16 PF, sf PF_SF, acc32 WH, sf WH_SF, u16 DCA, sf DCA_SF, u16 DCV, sf DCV_SF, " +
    "i16 DCW, sf DCW_SF, i16 TmpCab, i16 TmpSnk, i16 TmpTrns, i16 TmpOt, sf Tmp_SF, u16 St, u16 StVnd, " +
    "u32 Evt1, u32 Evt2, u32 EvtVnd1, u32 EvtVnd2, u32 EvtVnd3, u32 EvtVnd4",
);

export const STORAGE_124 = block(
  "u16 WChaMax, u16 WChaGra, u16 WDisChaGra, u16 StorCtl_Mod, u16 VAChaMax, u16 MinRsvPct, u16 ChaState, " +
    "u16 StorAval, u16 InBatV, u16 ChaSt, i16 OutWRte, i16 InWRte, u16 InOutWRte_WinTms, " +
    "u16 InOutWRte_RvrtTms, u16 InOutWRte_RmpTms, u16 ChaGriSet, sf WChaMax_SF, sf WChaDisChaGra_SF, " +
    "sf VAChaMax_SF, sf MinRsvPct_SF, sf ChaState_SF, sf StorAval_SF, sf InBatV_SF, sf InOutWRte_SF",
);

export const MPPT_160 = block("sf DCA_SF, sf DCV_SF, sf DCW_SF, sf DCWH_SF, u32 Evt, u16 N, u16 TmsPer");

export const MPPT_160_MODULE = block(
  "u16 ID, str:8 IDStr, u16 DCA, u16 DCV, u16 DCW, acc32 DCWH, u32 Tms, i16 Tmp, u16 DCSt, u32 DCEvt",
);

export const METER_203 = block(
  "i16 A, i16 AphA, i16 AphB, i16 AphC, sf A_SF, i16 PhV, i16 PhVphA, i16 PhVphB, i16 PhVphC, " +
    "i16 PPV, i16 PPVphAB, i16 PPVphBC, i16 PPVphCA, sf V_SF, i16 Hz, sf Hz_SF, " +
    "i16 W, i16 WphA, i16 WphB, i16 WphC, sf W_SF, i16 VA, i16 VAphA, i16 VAphB, i16 VAphC, sf VA_SF, " +
    "i16 VAR, i16 VARphA, i16 VARphB, i16 VARphC, sf VAR_SF, i16 PF, i16 PFphA, i16 PFphB, i16 PFphC, " +
    "sf PF_SF, acc32 TotWhExp, acc32 TotWhExpPhA, acc32 TotWhExpPhB, acc32 TotWhExpPhC, " +
    "acc32 TotWhImp, acc32 TotWhImpPhA, acc32 TotWhImpPhB, acc32 TotWhImpPhC, sf TotWh_SF, " +
    "acc32 TotVAhExp, acc32 TotVAhExpPhA, acc32 TotVAhExpPhB, acc32 TotVAhExpPhC, " +
    "acc32 TotVAhImp, acc32 TotVAhImpPhA, acc32 TotVAhImpPhB, acc32 TotVAhImpPhC, sf TotVAh_SF, " +
    "acc32 TotVArhImpQ1, acc32 TotVArhImpQ1PhA, acc32 TotVArhImpQ1PhB, acc32 TotVArhImpQ1PhC, " +
    "acc32 TotVArhImpQ2, acc32 TotVArhImpQ2PhA, acc32 TotVArhImpQ2PhB, acc32 TotVArhImpQ2PhC, " +
    "acc32 TotVArhExpQ3, acc32 TotVArhExpQ3PhA, acc32 TotVArhExpQ3PhB, acc32 TotVArhExpQ3PhC, " +
    "acc32 TotVArhExpQ4, acc32 TotVArhExpQ4PhA, acc32 TotVArhExpQ4PhB, acc32 TotVArhExpQ4PhC, " +
    "sf TotVArh_SF, u32 Evt",
);
