import type { SceneName } from '../scenes/scene.ts';

export interface Place {
  readonly name: string;
  readonly nameAr: string;
  readonly latitude: number;
  readonly longitude: number;
  readonly address: string;
  readonly scene: SceneName;
}

type Row = readonly [name: string, nameAr: string, latitude: number, longitude: number, address: string];

const JUNCTIONS: readonly Row[] = [
  [
    'Sheikh Zayed Rd / Trade Centre',
    'شارع الشيخ زايد / المركز التجاري',
    25.2253,
    55.2857,
    'Sheikh Zayed Rd, Trade Centre',
  ],
  ['Al Khail Rd / Business Bay', 'شارع الخيل / الخليج التجاري', 25.1812, 55.2785, 'Al Khail Rd, Business Bay'],
  ['Clock Tower / Deira', 'برج الساعة / ديرة', 25.2586, 55.3236, 'Al Maktoum Rd, Deira'],
  ['Al Maktoum Bridge / Umm Hurair', 'جسر آل مكتوم / أم هرير', 25.2497, 55.3178, 'Umm Hurair Rd'],
  ['Jumeirah St / Umm Suqeim', 'شارع جميرا / أم سقيم', 25.1435, 55.1899, 'Jumeirah St, Umm Suqeim 2'],
  ['Al Rebat St / Festival City', 'شارع الرباط / فستيفال سيتي', 25.2226, 55.3531, 'Al Rebat St'],
  ['Al Wasl Rd / Al Safa', 'شارع الوصل / الصفا', 25.1792, 55.2394, 'Al Wasl Rd, Al Safa 1'],
  ['Hessa St / Al Barsha', 'شارع حصة / البرشاء', 25.0953, 55.1913, 'Hessa St, Al Barsha 2'],
  ['Airport Rd / Al Garhoud', 'شارع المطار / القرهود', 25.2468, 55.3489, 'Airport Rd, Al Garhoud'],
  ['Beirut St / Al Qusais', 'شارع بيروت / القصيص', 25.2718, 55.3773, 'Beirut St, Al Qusais'],
];

const PLATFORMS: readonly Row[] = [
  ['Burj Khalifa / Platform 1', 'برج خليفة / الرصيف 1', 25.2014, 55.2696, 'Burj Khalifa / Dubai Mall station'],
  ['Union / Platform 2', 'الاتحاد / الرصيف 2', 25.2663, 55.3139, 'Union station, Deira'],
  ['BurJuman / Platform 1', 'برجمان / الرصيف 1', 25.2546, 55.3043, 'BurJuman station, Bur Dubai'],
  ['Mall of the Emirates / Platform 2', 'مول الإمارات / الرصيف 2', 25.1211, 55.2006, 'Mall of the Emirates station'],
  ['Al Rigga / Platform 1', 'الرقة / الرصيف 1', 25.2636, 55.3207, 'Al Rigga station'],
  ['DMCC / Platform 1', 'مركز دبي للسلع / الرصيف 1', 25.0709, 55.1386, 'DMCC station, Jumeirah Lakes'],
  ['Expo 2020 / Platform 2', 'إكسبو 2020 / الرصيف 2', 24.9636, 55.1506, 'Expo 2020 station'],
  ['Airport Terminal 3 / Platform 1', 'المطار مبنى 3 / الرصيف 1', 25.2445, 55.3591, 'Airport Terminal 3 station'],
];

const BUSES: readonly Row[] = [
  ['Bus F13 / Gold Souq', 'حافلة F13 / سوق الذهب', 25.2719, 55.2965, 'Line F13'],
  ['Bus 8 / Ibn Battuta', 'حافلة 8 / ابن بطوطة', 25.0452, 55.1177, 'Line 8'],
  ['Bus X28 / Mall of the Emirates', 'حافلة X28 / مول الإمارات', 25.1181, 55.2004, 'Line X28'],
  ['Bus 27 / Dubai Mall', 'حافلة 27 / دبي مول', 25.1972, 55.2796, 'Line 27'],
  ['Bus 61 / Oud Metha', 'حافلة 61 / عود ميثاء', 25.2436, 55.3159, 'Line 61'],
  ['Bus 93 / Academic City', 'حافلة 93 / المدينة الأكاديمية', 25.1266, 55.4112, 'Line 93'],
];

const OTHERS: readonly (readonly [...Row, SceneName])[] = [
  ['Dubai Marina / Al Marsa St', 'مرسى دبي / شارع المرسى', 25.0772, 55.1399, 'Al Marsa St, Dubai Marina', 'junction'],
  [
    'Palm Jumeirah / Gateway Tram',
    'نخلة جميرا / محطة الترام',
    25.1003,
    55.1562,
    'Gateway station, Palm Jumeirah',
    'platform',
  ],
  ['Global Village / Shuttle 4', 'القرية العالمية / مكوك 4', 25.0724, 55.3063, 'Global Village', 'bus'],
  ['City Walk / Al Safa St', 'سيتي ووك / شارع الصفا', 25.2083, 55.2624, 'Al Safa St, Al Wasl', 'junction'],
  ['Dragon Mart / Gate 2', 'دراغون مارت / البوابة 2', 25.1735, 55.4188, 'International City', 'junction'],
  ['Al Seef / Tram Stop', 'السيف / محطة الترام', 25.2571, 55.3094, 'Al Seef, Bur Dubai', 'platform'],
  ['Academic City / Campus Bus', 'المدينة الأكاديمية / حافلة الحرم', 25.1254, 55.4098, 'Academic City', 'bus'],
];

function places(rows: readonly Row[], scene: SceneName): Place[] {
  return rows.map(([name, nameAr, latitude, longitude, address]) => ({
    name,
    nameAr,
    latitude,
    longitude,
    address,
    scene,
  }));
}

/** Where each agency has cameras. */
export const PLACES = {
  DUBAI_POLICE: places(JUNCTIONS, 'junction'),
  METRO: places(PLATFORMS, 'platform'),
  BUS: places(BUSES, 'bus'),
  OTHER: OTHERS.map(([name, nameAr, latitude, longitude, address, scene]) => ({
    name,
    nameAr,
    latitude,
    longitude,
    address,
    scene,
  })),
} as const satisfies Record<string, readonly Place[]>;
