import { z } from 'zod';

/**
 * Every error an HTTP client of Marsad can meet, with its status and its sentence in both languages.
 * `{name}` in a sentence is filled from the facts that travel beside it.
 */
export const errorCodes = {
  VALIDATION_FAILED: {
    status: 400,
    en: 'The request is not valid: {detail}',
    ar: 'الطلب غير صالح: {detail_ar}',
  },
  UNAUTHENTICATED: {
    status: 401,
    en: 'Sign in to continue',
    ar: 'سجّل الدخول للمتابعة',
  },
  INVALID_CREDENTIALS: {
    status: 401,
    en: 'The name or the password is wrong',
    ar: 'اسم المستخدم أو كلمة المرور غير صحيحة',
  },
  SESSION_ENDED: {
    status: 401,
    en: 'Your session has ended. Sign in again',
    ar: 'انتهت جلستك. سجّل الدخول من جديد',
  },
  FORBIDDEN: {
    status: 403,
    en: 'You do not have permission to do this',
    ar: 'ليس لديك إذن للقيام بهذا الإجراء',
  },
  SOURCE_FORBIDDEN: {
    status: 403,
    en: 'You may not view cameras of {source}',
    ar: 'لا يحق لك مشاهدة كاميرات {source}',
  },
  NOT_FOUND: {
    status: 404,
    en: 'There is nothing at this address',
    ar: 'لا يوجد شيء على هذا العنوان',
  },
  CAMERA_NOT_FOUND: {
    status: 404,
    en: 'There is no such camera',
    ar: 'لا توجد كاميرا بهذا المعرّف',
  },
  ROOM_NOT_FOUND: {
    status: 404,
    en: 'There is no such room now',
    ar: 'لا توجد غرفة بهذا الاسم حاليًا',
  },
  PARTICIPANT_NOT_FOUND: {
    status: 404,
    en: 'This viewer is not in the room any more',
    ar: 'لم يعد هذا المشاهد في الغرفة',
  },
  RESERVATION_NOT_FOUND: {
    status: 404,
    en: 'There is no such reservation, or it has ended',
    ar: 'لا يوجد حجز بهذا المعرّف أو أنه انتهى',
  },
  CAMERA_OFFLINE: {
    status: 409,
    en: 'The camera {camera_name} cannot be reached',
    ar: 'تعذّر الوصول إلى الكاميرا {camera_name}',
  },
  CAMERA_EXISTS: {
    status: 409,
    en: 'There already is a camera with this id',
    ar: 'توجد كاميرا بهذا المعرّف من قبل',
  },
  CAMERA_PATH_TAKEN: {
    status: 409,
    en: 'Another camera already has the path {path}',
    ar: 'تستخدم كاميرا أخرى المسار {path} من قبل',
  },
  CAMERA_NOT_PUSHED: {
    status: 409,
    en: 'This camera is fetched from its address; nothing can be published to it',
    ar: 'تُجلب صورة هذه الكاميرا من عنوانها، ولا يمكن البث إليها',
  },
  PTZ_FORBIDDEN: {
    status: 403,
    en: 'You may not move cameras of {source}',
    ar: 'لا يحق لك تحريك كاميرات {source}',
  },
  PTZ_NOT_ENABLED: {
    status: 409,
    en: 'Moving the camera {camera_name} is not switched on. An administrator can do it on the page of cameras',
    ar: 'تحريك الكاميرا {camera_name} غير مفعّل. يستطيع المسؤول تفعيله من صفحة الكاميرات',
  },
  PTZ_IN_USE: {
    status: 409,
    en: 'Somebody else is moving this camera: {holder}. Try again in {retry_after} s',
    ar: 'يحرّك شخص آخر هذه الكاميرا الآن: {holder_ar}. أعد المحاولة بعد {retry_after} ث',
  },
  PTZ_PRESET_NOT_FOUND: {
    status: 404,
    en: 'The camera {camera_name} has no preset {preset_id}',
    ar: 'لا توجد في الكاميرا {camera_name} وضعية محفوظة برقم {preset_id}',
  },
  PTZ_UNSUPPORTED: {
    status: 409,
    en: 'The camera {camera_name} says that it cannot be moved over ONVIF',
    ar: 'تفيد الكاميرا {camera_name} بأنه لا يمكن تحريكها عبر ONVIF',
  },
  PTZ_UNAUTHORIZED: {
    status: 502,
    en: 'The camera {camera_name} refuses the name or the password with which it is moved',
    ar: 'ترفض الكاميرا {camera_name} اسم المستخدم أو كلمة المرور اللازمين لتحريكها',
  },
  PTZ_REFUSED: {
    status: 502,
    en: 'The camera {camera_name} did not take the command: {detail}',
    ar: 'لم تقبل الكاميرا {camera_name} الأمر: {detail}',
  },
  AGENCY_LIMIT_EXCEEDED: {
    status: 429,
    en: 'Agency limit reached for {source} ({current}/{limit})',
    ar: 'تم بلوغ حد الجهة {source} ({current}/{limit})',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    en: 'Too many requests; try again in {retry_after} s',
    ar: 'طلبات كثيرة جدًا؛ أعد المحاولة بعد {retry_after} ثانية',
  },
  REQUEST_TIMEOUT: {
    status: 408,
    en: 'The request did not arrive in time',
    ar: 'لم يصل الطلب في الوقت المحدد',
  },
  PAYLOAD_TOO_LARGE: {
    status: 413,
    en: 'The request is larger than {limit} bytes',
    ar: 'حجم الطلب أكبر من {limit} بايت',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    en: 'The body must be sent as application/json',
    ar: 'يجب إرسال المحتوى بصيغة application/json',
  },
  UPGRADE_REQUIRED: {
    status: 426,
    en: 'This address speaks WebSocket only',
    ar: 'هذا العنوان يعمل عبر WebSocket فقط',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    en: 'The headers of the request are too large',
    ar: 'ترويسات الطلب كبيرة جدًا',
  },
  SERVICE_UNAVAILABLE: {
    status: 503,
    en: 'A part of the system is not available: {part}. Try again in a moment',
    ar: 'جزء من النظام غير متاح: {part}. أعد المحاولة بعد قليل',
  },
  INTERNAL: {
    status: 500,
    en: 'Something went wrong on the server. The request id helps to find out what',
    ar: 'حدث خطأ في الخادم. يساعد رقم الطلب على معرفة السبب',
  },
} as const satisfies Record<string, { status: number; en: string; ar: string }>;

export type ErrorCode = keyof typeof errorCodes;

/** The body of every error answer. Facts (`source`, `current`, `limit`, …) stand beside the sentences. */
export const ErrorBody = z.object({
  error: z
    .object({
      code: z.string(),
      message_en: z.string(),
      message_ar: z.string(),
    })
    .catchall(z.unknown()),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export type ErrorFacts = Readonly<Record<string, string | number | boolean | null>>;

/** Fills `{name}` from the facts; a missing fact leaves its name, so that a mistake is seen and not hidden. */
export function describeError(code: ErrorCode, facts: ErrorFacts = {}): ErrorBody {
  const fill = (sentence: string) => sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(facts[name] ?? name));
  const { en, ar } = errorCodes[code];
  return { error: { ...facts, code, message_en: fill(en), message_ar: fill(ar) } };
}
